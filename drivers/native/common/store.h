/* Folders and files of the soft libraries: one folder per device, below the library's folder. */
#ifndef ONELOCK_SOFT_STORE_H
#define ONELOCK_SOFT_STORE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* One stay of a device: changes when its folder is moved away and back. */
typedef struct { unsigned long long inode; long long changed; } stay_t;

const char *token_folder(void);
size_t list_devices(char names[][64], size_t max);
int device_stay(const char *device, stay_t *stay);
int same_stay(stay_t one, stay_t other);
/* Sorted; without those that begin with a dot. */
size_t list_folder(const char *path, int folders, char names[][64], size_t max);
int is_folder(const char *path);
int make_folder(const char *path);
long read_whole(const char *path, uint8_t *out, size_t max);
/* All of it or none. */
int write_whole(const char *path, const uint8_t *data, size_t length);

/* A PIN in its file: SM3 in hex, tries left, tries at most, 1 while it is the factory's. */
typedef struct { char digest[65]; unsigned left, most, factory; } pin_t;
typedef enum { PIN_RIGHT, PIN_WRONG, PIN_LOCKED, PIN_BROKEN, PIN_ABSENT } pin_answer;
enum { PIN_MIN = 6, PIN_MAX = 16 };

int load_pin(const char *path, pin_t *pin);
int save_pin(const char *path, const pin_t *pin);
/* All tries are left again; 0 for a length that is not allowed. */
int set_pin(pin_t *pin, const char *text);
/* Counts, and saves the count before anyone hears of it. */
pin_answer check_pin(const char *path, const char *text, unsigned *left);

#endif
