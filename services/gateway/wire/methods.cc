#include "services/gateway/wire/methods.h"

#include <algorithm>

#include "furnace/v1/batch_service.pb.h"
#include "furnace/v1/correction_service.pb.h"
#include "furnace/v1/credit_service.pb.h"
#include "furnace/v1/budget_service.pb.h"
#include "furnace/v1/endpoint_service.pb.h"
#include "furnace/v1/fleet_service.pb.h"
#include "furnace/v1/invoice_service.pb.h"
#include "furnace/v1/job_service.pb.h"
#include "furnace/v1/metering_service.pb.h"
#include "furnace/v1/options.pb.h"
#include "furnace/v1/price_service.pb.h"
#include "furnace/v1/project_service.pb.h"
#include "furnace/v1/queue_service.pb.h"
#include "furnace/v1/report_service.pb.h"
#include "furnace/v1/schedule_service.pb.h"
#include "furnace/v1/sink_service.pb.h"
#include "furnace/v1/webhook_service.pb.h"
#include "libs/common/base/check.h"

namespace furnace::gateway::wire {
namespace {

namespace v1 = furnace::v1;

// The only service of the file that declares `Message`. Naming a message makes
// sure that the file is linked in.
template <typename Message>
const google::protobuf::ServiceDescriptor* ServiceBeside() {
  return Message::descriptor()->file()->service(0);
}

Role RoleOf(const google::protobuf::MethodDescriptor& method) {
  return static_cast<Role>(method.options().GetExtension(v1::required_role));
}

Pace PaceOf(const google::protobuf::MethodDescriptor& method) {
  if (method.server_streaming()) return Pace::kStreaming;
  if (method.input_type()->FindFieldByName("wait_ms") != nullptr) return Pace::kWaits;
  return Pace::kPrompt;
}

std::vector<Method> ListMethods() {
  std::vector<Method> methods;
  for (const Service& service : PublicServices()) {
    for (int i = 0; i < service.descriptor->method_count(); ++i) {
      const auto* method = service.descriptor->method(i);
      const Role needed = RoleOf(*method);
      if (needed == Role::kNone || method->client_streaming()) continue;
      methods.push_back({method, "/" + service.descriptor->full_name() + "/" + method->name(),
                         needed, PaceOf(*method)});
    }
  }
  return methods;
}

}  // namespace

// Role and furnace.v1.Role share their numbers.
static_assert(static_cast<int>(Role::kViewer) == v1::ROLE_VIEWER);
static_assert(static_cast<int>(Role::kRunner) == v1::ROLE_RUNNER);
static_assert(static_cast<int>(Role::kDeveloper) == v1::ROLE_DEVELOPER);
static_assert(static_cast<int>(Role::kAdmin) == v1::ROLE_ADMIN);
static_assert(static_cast<int>(Role::kOperator) == v1::ROLE_OPERATOR);

const std::vector<Service>& PublicServices() {
  static const auto* const services = new std::vector<Service>{
      {ServiceBeside<v1::SubmitRequest>(), Home::kScheduler},
      {ServiceBeside<v1::GetScheduleRequest>(), Home::kScheduler},
      {ServiceBeside<v1::GetBatchRequest>(), Home::kScheduler},
      {ServiceBeside<v1::GetWebhookRequest>(), Home::kScheduler},
      {ServiceBeside<v1::ListGpusRequest>(), Home::kScheduler},
      {ServiceBeside<v1::RebuildRequest>(), Home::kScheduler},
      {ServiceBeside<v1::GetEndpointRequest>(), Home::kRegistry},
      {ServiceBeside<v1::GetProjectRequest>(), Home::kRegistry},
      {ServiceBeside<v1::GetUsageRequest>(), Home::kMetering},
      {ServiceBeside<v1::ListSinksRequest>(), Home::kMetering},
      {ServiceBeside<v1::SetPricesRequest>(), Home::kMetering},
      {ServiceBeside<v1::CorrectUsageRequest>(), Home::kMetering},
      {ServiceBeside<v1::GetCostReportRequest>(), Home::kMetering},
      {ServiceBeside<v1::GetInvoiceRequest>(), Home::kMetering},
      {ServiceBeside<v1::ListGrantsRequest>(), Home::kMetering},
      {ServiceBeside<v1::ListBudgetsRequest>(), Home::kMetering},
  };
  return *services;
}

const std::vector<Method>& PublicMethods() {
  static const auto* const methods = new std::vector<Method>(ListMethods());
  return *methods;
}

const Method& MethodAt(std::string_view path) {
  const auto& methods = PublicMethods();
  const auto found = std::find_if(methods.begin(), methods.end(),
                                  [path](const Method& method) { return method.path == path; });
  FURNACE_CHECK(found != methods.end());
  return *found;
}

absl::Duration LongestTimeout(const Method& method) { return TimeoutOf(method.pace, kMaxWait); }

}  // namespace furnace::gateway::wire
