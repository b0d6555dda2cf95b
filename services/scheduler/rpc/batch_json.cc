#include "services/scheduler/rpc/batch_json.h"

#include "libs/common/proto_json/write_json.h"
#include "services/scheduler/rpc/batch_service.h"

namespace furnace::scheduler::rpc {

std::string BatchJson(const Batch& batch) {
  v1::Batch proto = ToProto(batch);
  proto.clear_webhook();
  std::string json;
  proto_json::WriteJson(proto, json);
  return json;
}

}  // namespace furnace::scheduler::rpc
