#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace furnace::worker::testing {

/// A copy of the fake libnvidia-ml (see fake_nvml.cc) in a folder of its own, with the state
/// that a test gives it.
class FakeNvmlCopy {
 public:
  FakeNvmlCopy() {
    std::string name = (std::filesystem::temp_directory_path() / "furnace-nvml-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    std::filesystem::copy_file(FURNACE_TEST_NVML_LIBRARY, path());
  }
  ~FakeNvmlCopy() { std::filesystem::remove_all(folder_); }

  FakeNvmlCopy(const FakeNvmlCopy&) = delete;
  FakeNvmlCopy& operator=(const FakeNvmlCopy&) = delete;

  std::string path() const { return (folder_ / "libnvidia-ml.so.1").string(); }

  /// What it says from now on.
  void Say(const std::string& state) {
    std::ofstream(path() + ".part") << state;
    std::filesystem::rename(path() + ".part", path() + ".state");
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace furnace::worker::testing
