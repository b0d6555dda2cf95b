// The words and answers of the systems that usage is sent to. Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "services/metering/app/sink_ports.h"

namespace furnace::metering {

/// The path and body of a request.
struct SinkPost {
  std::string path;
  std::string content_type;
  std::string body;
};

/// Waybill's batch of events, or its single event, which it checks more strictly.
SinkPost WaybillPost(std::span<const SinkEvent> events);

/// Lago's batch of events: properties are the metrics and the metadata.
SinkPost LagoPost(std::span<const SinkEvent> events);

/// A CloudEvents 1.0 batch (application/cloudevents-batch+json), posted to the URL as it
/// is. `source` and the event's key together are unique.
SinkPost CloudEventsPost(std::span<const SinkEvent> events, std::string_view source);

/// What an HTTP status means: `accepted` or its like in the 200s is success, where
/// `accepted` is 0 all of them are; 400, 413 and 422 are about the events; 500 may be; the
/// rest is about the sink or us. Never quotes the answer's body, which may hold anything.
SinkReply ReplyOf(int status, int accepted);

/// As ReplyOf, but knows that Lago refuses a transaction_id that it has: that is success
/// when it is all that it refuses `count` events for.
SinkReply LagoReply(int status, std::string_view body, std::size_t count);

}  // namespace furnace::metering
