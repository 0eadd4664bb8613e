// files.wasm: clang --target=wasm32-wasi -Oz -s -o files.wasm files.c (clang 14, wasi-libc)
#include <stdio.h>
#include <string.h>

// For each argument: "+name" writes a file, "-name" reads one, and what came of it is a line.
int main(int count, char **arguments) {
  for (int i = 1; i < count; i++) {
    char content[64] = "";
    const int writes = arguments[i][0] == '+';
    FILE *file = fopen(arguments[i] + 1, writes ? "w" : "r");
    if (file && writes) fputs("written", file);
    else if (file) fread(content, 1, sizeof content - 1, file);
    printf("%s %s\n", arguments[i] + 1, file ? (writes ? "written" : content) : "no");
    if (file) fclose(file);
  }
  return 0;
}
