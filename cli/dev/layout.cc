#include "cli/dev/layout.h"

#include <algorithm>

#include "libs/common/base/status.h"

namespace furnace::dev {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBinaries[] = {"furnace-gateway", "furnace-scheduler", "furnace-registry",
                                     "furnace-metering", "furnace-worker"};

// Where Debian keeps PostgreSQL's server programs.
fs::path FindPostgres(const fs::path& root) {
  for (const char* version : {"15", "16", "17", "18"}) {
    fs::path bin = root / version / "bin";
    std::error_code ignored;
    if (fs::exists(bin / "postgres", ignored)) return bin;
  }
  return {};
}

absl::StatusOr<std::vector<fs::path>> FindImageRoots(const Options& options,
                                                     const fs::path& repository,
                                                     const fs::path& present) {
  std::vector<fs::path> roots;
  for (const std::string& image : options.images) {
    const fs::path folder = fs::weakly_canonical(present / image);
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored)) {
      return Error(absl::StatusCode::kNotFound, "--images: {} is no folder", image);
    }
    roots.push_back(folder);
  }
  std::error_code ignored;
  if (!repository.empty() && fs::is_directory(repository / "examples", ignored)) {
    roots.push_back(repository / "examples");
  }
  roots.push_back(fs::canonical(present));
  for (const fs::path& root : roots) {
    if (root.string().find(':') != std::string::npos) {
      return Error(absl::StatusCode::kInvalidArgument, "folder {} has a ':' in its name",
                   root.string());
    }
  }
  return roots;
}

}  // namespace

fs::path FindRepository(fs::path folder) {
  std::error_code ignored;
  for (; folder != folder.root_path(); folder = folder.parent_path()) {
    if (fs::is_directory(folder / "sdk/python/furnace", ignored)) return folder;
  }
  return {};
}

absl::StatusOr<Layout> FindLayout(const Options& options, const fs::path& binary,
                                  const fs::path& present) {
  Layout layout;
  layout.binaries = binary.parent_path();
  for (const char* name : kBinaries) {
    std::error_code ignored;
    if (!fs::exists(layout.binaries / name, ignored)) {
      return Error(absl::StatusCode::kNotFound,
                   "{} is missing beside furnace in {}; build it first", name,
                   layout.binaries.string());
    }
  }
  layout.repository = FindRepository(layout.binaries);
  layout.postgres_bin = FindPostgres("/usr/lib/postgresql");
  if (layout.postgres_bin.empty()) {
    return absl::NotFoundError("PostgreSQL's server is not installed (Debian: postgresql-15)");
  }
  layout.data = fs::weakly_canonical(present / options.data);
  layout.logs = layout.data / "logs";
  if (!options.sdk.empty()) {
    layout.python_path = fs::weakly_canonical(present / options.sdk);
    std::error_code ignored;
    if (!fs::is_directory(layout.python_path / "furnace", ignored)) {
      return Error(absl::StatusCode::kNotFound, "--sdk: {} has no package furnace", options.sdk);
    }
  } else if (!layout.repository.empty()) {
    layout.python_path = layout.repository / "sdk/python";
  }
  FURNACE_ASSIGN_OR_RETURN(layout.image_roots, FindImageRoots(options, layout.repository, present));
  return layout;
}

}  // namespace furnace::dev
