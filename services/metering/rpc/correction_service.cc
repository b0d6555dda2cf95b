#include "services/metering/rpc/correction_service.h"

#include <functional>

#include "libs/common/rpc/unary.h"

namespace furnace::metering::rpc {

grpc::Status CorrectionService::CorrectUsage(grpc::ServerContext* context,
                                             const v1::CorrectUsageRequest* request,
                                             v1::Correction* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&CorrectionHandlers::CorrectUsage, &handlers_));
}

grpc::Status CorrectionService::ReratePeriod(grpc::ServerContext* context,
                                             const v1::ReratePeriodRequest* request,
                                             v1::ReratePeriodResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&CorrectionHandlers::ReratePeriod, &handlers_));
}

}  // namespace furnace::metering::rpc
