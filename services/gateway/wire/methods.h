// The public API as its descriptors tell it.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

#include "services/gateway/domain/limits.h"
#include "services/gateway/domain/role.h"

namespace furnace::gateway::wire {

/// Which process serves a service.
enum class Home { kScheduler, kRegistry, kMetering };

/// A service of furnace.v1 that clients may call.
struct Service {
  const google::protobuf::ServiceDescriptor* descriptor;
  Home home;
};

/// An rpc that clients may call: one with (required_role).
struct Method {
  const google::protobuf::MethodDescriptor* descriptor;
  std::string path;  // "/furnace.v1.JobService/Submit"
  Role needed;
  Pace pace;
};

/// Every public service. A new service gets its line in methods.cc; a new rpc
/// needs nothing.
const std::vector<Service>& PublicServices();

/// The methods of PublicServices, in the order of the protos.
const std::vector<Method>& PublicMethods();

/// The one of PublicMethods with this path, which must be there.
const Method& MethodAt(std::string_view path);

/// What a call of `method` may take when its request is not looked into.
absl::Duration LongestTimeout(const Method& method);

}  // namespace furnace::gateway::wire
