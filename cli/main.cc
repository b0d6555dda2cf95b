#include "cli/cli.h"

int main(int argc, char** argv) { return furnace::cli::Main(argc, argv); }
