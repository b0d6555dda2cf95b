#include "services/worker/clients/scheduler/stream.h"

#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "furnace/v1/worker_service.grpc.pb.h"
#include "libs/common/base/mutex.h"
#include "libs/common/rpc/status_mapping.h"
#include "services/worker/clients/scheduler/convert.h"
#include "services/worker/clients/scheduler/send_queue.h"

namespace furnace::worker {

using furnace::v1::ConnectRequest;
using furnace::v1::ConnectResponse;
using furnace::v1::WorkerService;

class SchedulerStream::Session {
 public:
  Session(const SchedulerStream& owner, const Hello& hello, SchedulerEvents& events)
      : stub_(WorkerService::NewStub(owner.channel_)),
        mailbox_(owner.mailbox_),
        events_(events),
        hello_(ToProto(hello)),
        reader_([this, token = owner.token_] { Run(token); }) {}

  ~Session() {
    {
      MutexLock lock(mutex_);
      closing_ = true;
      changed_.SignalAll();
      const absl::Time limit = absl::Now() + (open_ ? kFarewell : absl::ZeroDuration());
      while (!over_ && absl::Now() < limit) changed_.WaitFor(mutex_, limit - absl::Now());
    }
    BreakOff();
    reader_.join();
  }

  void Send(Message message) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    if (over_) return;
    waiting_.Push(std::move(message));
    changed_.SignalAll();
  }

  std::size_t backlog_bytes() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return waiting_.bytes();
  }

  void BreakOff() { context_.TryCancel(); }

 private:
  using Stream = grpc::ClientReaderWriter<ConnectRequest, ConnectResponse>;

  void Run(const std::string& token) {
    context_.AddMetadata("authorization", "Bearer " + token);
    // A call that fails at once leaves nobody to drive the channel, which gRPC then
    // looks after every 5 s only. This one waits, and is broken off if in vain.
    context_.set_wait_for_ready(true);
    const std::unique_ptr<Stream> stream = stub_->Connect(&context_);
    {
      MutexLock lock(mutex_);
      open_ = true;
    }
    stream->Write(hello_);
    std::thread writer([&] { WriteAll(*stream); });
    ConnectResponse response;
    while (stream->Read(&response)) {
      mailbox_.Post([&events = events_, message = std::make_shared<ConnectResponse>(std::move(
                                            response))] { Deliver(std::move(*message), events); });
      response = ConnectResponse();
    }
    {
      MutexLock lock(mutex_);
      over_ = true;
      changed_.SignalAll();
    }
    writer.join();
    const absl::Status status = furnace::rpc::FromGrpc(stream->Finish());
    mailbox_.Post([&events = events_, status] { events.OnDisconnected(status); });
  }

  // Also ends when the session does; a failed write means that it has, and the
  // reader learns why.
  void WriteAll(Stream& stream) {
    ConnectRequest request;
    grpc::WriteOptions options;
    while (Next(request, options)) {
      if (!stream.Write(request, options)) return;
    }
    stream.WritesDone();
  }

  bool Next(ConnectRequest& request, grpc::WriteOptions& options) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (waiting_.empty() && !closing_ && !over_) changed_.Wait(mutex_);
    if (over_ || waiting_.empty()) return false;
    // Only now, so that of large results that wait there is no copy.
    request = ToProto(waiting_.Pop());
    options = grpc::WriteOptions();
    // More follow at once: let gRPC put them into one packet.
    if (!waiting_.empty()) options.set_buffer_hint();
    return true;
  }

  grpc::ClientContext context_;
  const std::unique_ptr<WorkerService::Stub> stub_;
  Mailbox& mailbox_;
  SchedulerEvents& events_;
  const ConnectRequest hello_;
  mutable Mutex mutex_;
  CondVar changed_;
  SendQueue waiting_ ABSL_GUARDED_BY(mutex_);
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread reader_;
};

SchedulerStream::SchedulerStream(std::shared_ptr<grpc::Channel> channel, std::string token,
                                 Mailbox& mailbox)
    : channel_(std::move(channel)), token_(std::move(token)), mailbox_(mailbox) {}

SchedulerStream::~SchedulerStream() = default;

void SchedulerStream::Dial(const Hello& hello, SchedulerEvents& events) {
  session_.reset();  // It has ended, or we would not be asked.
  session_ = std::make_unique<Session>(*this, hello, events);
}

void SchedulerStream::Send(Message message) {
  if (session_ != nullptr) session_->Send(std::move(message));
}

std::size_t SchedulerStream::backlog_bytes() const {
  return session_ == nullptr ? 0 : session_->backlog_bytes();
}

void SchedulerStream::BreakOff() {
  if (session_ != nullptr) session_->BreakOff();
}

}  // namespace furnace::worker
