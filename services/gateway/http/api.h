#pragma once

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "services/gateway/app/endpoint_names.h"
#include "services/gateway/app/ports.h"
#include "services/gateway/domain/output_links.h"
#include "services/gateway/http/large_work.h"
#include "services/gateway/http/router.h"
#include "services/gateway/http/runpod/stream_cursors.h"
#include "services/gateway/http/transcode/binding.h"

namespace furnace::gateway::http {

/// Everything that is served over HTTP: the routes that the protos declare, and
/// the hand-written ones.
class Api {
 public:
  /// `backends` and `endpoints` outlive this. `draining` says whether the process is
  /// about to stop; see AddProbes.
  Api(Backends& backends, EndpointNames& endpoints, OutputLinkSettings links,
      std::function<bool()> draining);

  /// Makes the routes. An error means that the protos contradict themselves.
  absl::Status Build();

  const Router& router() const { return router_; }

  /// Gives up what is still being transcoded. To be called when the server has
  /// stopped, before `backends` ends.
  void Stop() { large_work_.Stop(); }

 private:
  Backends& backends_;
  EndpointNames& endpoints_;
  const OutputLinks links_;
  const std::function<bool()> draining_;
  std::vector<Binding> bindings_;
  LargeWork large_work_;
  runpod::StreamCursors stream_cursors_;
  Router router_;
};

}  // namespace furnace::gateway::http
