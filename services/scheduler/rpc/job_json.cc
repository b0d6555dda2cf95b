#include "services/scheduler/rpc/job_json.h"

#include "libs/common/proto_json/runpod_job.h"
#include "libs/common/proto_json/write_json.h"
#include "services/scheduler/rpc/convert.h"

namespace furnace::scheduler::rpc {

std::string JobJson(const JobRecord& record, WebhookFormat format, bool output_left_out) {
  const v1::Job job = ToProto(record);
  std::string json;
  if (format == WebhookFormat::kRunPod) {
    proto_json::WriteRunPodJob(job, job.id(), json);
  } else {
    proto_json::WriteJson(job, json);
  }
  if (output_left_out) json.replace(json.size() - 1, 1, R"(,"output_left_out":true})");
  return json;
}

}  // namespace furnace::scheduler::rpc
