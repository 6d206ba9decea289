{
  "targets": [
    {
      "target_name": "onelock_gm",
      "sources": ["src/sm2.c", "src/sm3.c", "src/sm4.c", "src/ghash.c", "src/addon.c"],
      "defines": ["ONELOCK_LIMBS=4"],
      "cflags": ["-O3", "-Wall", "-Wextra", "-fvisibility=hidden"],
      "cflags!": ["-O2"],
      "conditions": [
        ["OS=='mac'", { "xcode_settings": { "GCC_OPTIMIZATION_LEVEL": "3", "GCC_SYMBOLS_PRIVATE_EXTERN": "YES" } }],
        ["OS=='win'", { "msvs_settings": { "VCCLCompilerTool": { "Optimization": "2" } } }]
      ]
    }
  ]
}
