#include "services/scheduler/rpc/affinity.h"

#include <fmt/format.h>

#include <algorithm>

#include "libs/common/base/gpu_type.h"
#include "libs/common/base/status.h"
#include "services/scheduler/rpc/convert.h"

namespace furnace::scheduler::rpc {
namespace {

constexpr std::size_t kMaxLabelBytes = 63;
constexpr std::size_t kMaxModelBytes = 255;
constexpr int kMaxGpuTypes = 8;
constexpr int kMaxModels = 100;
constexpr int kMaxVramMib = 1'048'576;
constexpr std::string_view kLabelCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-";

// No "," and no "|", which separate names where the queue keeps them.
bool IsModel(std::string_view text) {
  return text.size() <= kMaxModelBytes && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("._:/@-").find(c) != std::string_view::npos;
         });
}

absl::Status CheckLabel(std::string_view field, std::string_view text) {
  if (text.empty() || IsLabel(text)) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "{}: not 1-{} characters of [a-z0-9-]", field,
               kMaxLabelBytes);
}

absl::Status CheckModel(std::string_view field, std::string_view text) {
  if (IsModel(text)) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument,
               "{}: not at most {} characters of [A-Za-z0-9._:/@-]", field, kMaxModelBytes);
}

absl::StatusOr<std::vector<std::string>> GpuTypes(const std::string& field,
                                                  const v1::Affinity& proto) {
  FURNACE_RETURN_IF_ERROR(CheckRange(field, proto.gpu_types_size(), 0, kMaxGpuTypes));
  std::vector<std::string> types;
  for (const std::string& spelling : proto.gpu_types()) {
    std::string type = CanonicalGpuType(spelling);
    // Whether the endpoint has it is seen later; an error quotes it then.
    if (!IsLabel(type)) {
      return Error(absl::StatusCode::kInvalidArgument, "{}[{}]: no GPU type", field, types.size());
    }
    if (std::find(types.begin(), types.end(), type) != types.end()) {
      return Error(absl::StatusCode::kInvalidArgument, "{}: {} comes twice", field, type);
    }
    types.push_back(std::move(type));
  }
  return types;
}

}  // namespace

bool IsLabel(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabelBytes &&
         text.find_first_not_of(kLabelCharacters) == std::string_view::npos;
}

absl::StatusOr<Affinity> ToAffinity(const std::string& name, const v1::Affinity& proto) {
  Affinity affinity;
  FURNACE_ASSIGN_OR_RETURN(affinity.gpu_types, GpuTypes(name + ".gpu_types", proto));
  FURNACE_RETURN_IF_ERROR(CheckRange(name + ".vram_min_mib", proto.vram_min_mib(), 0, kMaxVramMib));
  affinity.vram_min_mib = proto.vram_min_mib();
  FURNACE_RETURN_IF_ERROR(CheckLabel(name + ".region", proto.region()));
  affinity.region = proto.region();
  affinity.central_only = proto.latency_sensitive();
  FURNACE_RETURN_IF_ERROR(CheckModel(name + ".model", proto.model()));
  affinity.model = proto.model();
  return affinity;
}

void SetAffinity(std::string_view affinity_class, v1::Job& proto) {
  if (affinity_class.find('|') == std::string_view::npos) return;
  Affinity affinity = ParseAffinityClass(affinity_class);
  affinity.spent_key.clear();  // Nobody asked for that.
  if (affinity.critical) proto.set_critical(true);
  if (affinity.background) proto.set_starts_no_worker(true);
  // That is not asked of the worker.
  if (affinity == Affinity{.gpu_types = affinity.gpu_types, .background = affinity.background}) {
    return;
  }
  v1::Affinity& asked = *proto.mutable_affinity();
  asked.mutable_gpu_types()->Add(affinity.gpu_types.begin(), affinity.gpu_types.end());
  asked.set_vram_min_mib(affinity.vram_min_mib);
  asked.set_region(affinity.region);
  asked.set_latency_sensitive(affinity.central_only);
  asked.set_model(affinity.model);
}

absl::StatusOr<WorkerTraits> TraitsOf(const v1::Hello& hello) {
  FURNACE_RETURN_IF_ERROR(CheckRange("vram_mib", hello.vram_mib(), 0, kMaxVramMib));
  FURNACE_RETURN_IF_ERROR(CheckLabel("region", hello.region()));
  FURNACE_RETURN_IF_ERROR(CheckRange("models", hello.models_size(), 0, kMaxModels));
  for (const std::string& model : hello.models()) {
    FURNACE_RETURN_IF_ERROR(CheckModel("models", model));
  }
  return WorkerTraits{.vram_mib = hello.vram_mib(),
                      .region = hello.region(),
                      .federated = hello.federated(),
                      .models = {hello.models().begin(), hello.models().end()}};
}

}  // namespace furnace::scheduler::rpc
