#include <cstdio>

int main() {
  std::puts("pharos");
}
