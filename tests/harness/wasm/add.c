// add.wasm: clang --target=wasm32-wasi -Oz -s -o add.wasm add.c (clang 14, wasi-libc)
#include <stdio.h>

__attribute__((export_name("add"))) int add(int a, int b) { return a + b; }

// Adds "A+B" of its first argument, or of its first line.
int main(int count, char **arguments) {
  char line[256];
  int a, b;
  const char *text = count > 1 ? arguments[1] : fgets(line, sizeof line, stdin);
  if (!text || sscanf(text, "%d+%d", &a, &b) != 2) {
    fputs("usage: A+B\n", stderr);
    return 2;
  }
  printf("%d\n", add(a, b));
  return 0;
}
