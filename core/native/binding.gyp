{
  "targets": [
    {
      "target_name": "onelock_gm",
      "sources": ["src/sm3.c", "src/sm4.c", "src/ghash.c", "src/addon.c"],
      "defines": ["ONELOCK_LIMBS=4"],
      "cflags": ["-O3", "-Wall", "-Wextra", "-fvisibility=hidden"],
      "cflags!": ["-O2"],
      "conditions": [
        ["target_arch=='x64' and OS!='win'", { "sources": ["src/sm2_choose.c", "src/sm2_plain.c", "src/sm2_bmi2.c"] }, { "sources": ["src/sm2.c"] }],
        ["OS=='mac'", { "xcode_settings": { "GCC_OPTIMIZATION_LEVEL": "3", "GCC_SYMBOLS_PRIVATE_EXTERN": "YES" } }],
        ["OS=='win'", { "msvs_settings": { "VCCLCompilerTool": { "Optimization": "2" } } }]
      ]
    }
  ]
}
