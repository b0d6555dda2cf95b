#include "services/gateway/http/runpod/stream_poll.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "furnace/v1/job_service.pb.h"
#include "libs/common/proto_json/runpod_job.h"
#include "services/gateway/http/runpod/job_id.h"
#include "services/gateway/http/runpod/stream_view.h"
#include "services/gateway/http/service_call.h"

namespace furnace::gateway::http::runpod {
namespace {

namespace v1 = furnace::v1;

// An answer of this size fits into the buffer of any socket.
constexpr std::size_t kSmallBytes = 4 << 10;

// One call of /stream. It runs on the connection's thread and lives as long as it waits
// for a message.
class StreamPoll : public std::enable_shared_from_this<StreamPoll> {
 public:
  StreamPoll(const Services& services, VisitPtr visit)
      : services_(services),
        visit_(std::move(visit)),
        job_id_(JobIdOf(visit_->job())),
        from_(visit_->query.after ? StreamCursor{.chunk = *visit_->query.after}
                                  : services.cursors.Find(project(), job_id_)) {}

  void Start() {
    v1::WatchRequest request;
    request.set_job_id(job_id_);
    request.set_after_chunk(from_.chunk);
    static const wire::Method& method = wire::MethodAt("/furnace.v1.JobService/Watch");
    Call call = MakeCall(method, visit_->request, request, /*retry=*/true);
    call.deadline = absl::Now() + visit_->query.wait.value_or(kStreamHold);
    stream_ = services_.backends.Open(std::move(call));
    // Weak: the exchange keeps the callback, and this keeps the exchange.
    visit_->request.exchange->WatchClient([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->Leave();
    });
    ReadNext();
  }

 private:
  using Message = absl::StatusOr<std::optional<std::string>>;

  const std::string& project() const { return visit_->request.caller->project_id; }

  // What is on its way by now may reach nobody, so it does not count as handed out.
  void Leave() {
    is_gone_ = true;
    stream_->Cancel();
  }

  void ReadNext() {
    stream_->Next([self = shared_from_this()](Message message) {
      self->visit_->request.exchange->Post(
          [self, message = std::move(message)]() mutable { self->OnMessage(std::move(message)); });
    });
  }

  // A stream that ends or breaks after its first message has said how the job is: the end
  // of the hold looks like that, too.
  void OnMessage(Message message) {
    if (message.ok() && message->has_value()) return Parse(**std::move(message));
    if (news_) return AnswerNews();
    Refuse(message.ok() ? absl::UnavailableError("the job's stream ended early")
                        : message.status());
  }

  // The job may have a large output.
  void Parse(std::string bytes) {
    const std::size_t size = bytes.size();
    services_.large_work.Run(size, [self = shared_from_this(), bytes = std::move(bytes)] {
      auto news = std::make_unique<v1::WatchResponse>();
      if (!news->ParseFromString(bytes)) news.reset();
      self->visit_->request.exchange->Post(
          [self, news = std::move(news)]() mutable { self->OnNews(std::move(news)); });
    });
  }

  void OnNews(std::unique_ptr<v1::WatchResponse> news) {
    if (news == nullptr) return Refuse(absl::InternalError("no WatchResponse"));
    if (news->job().endpoint_id() != visit_->endpoint_id) {
      stream_->Cancel();
      return RefuseForeignJob(services_, visit_);
    }
    news_ = std::move(news);
    if (news_->chunks_size() > 0 || proto_json::IsFinal(news_->job())) return AnswerNews();
    ReadNext();
  }

  void Refuse(const absl::Status& status) {
    stream_->Cancel();
    RefuseVisit(services_, visit_, status);
  }

  void AnswerNews() {
    stream_->Cancel();
    std::string body;
    WriteStream(*news_, from_, body);
    // A small one is with the network at once, and the client's next call, over another
    // connection, may come before the word of that.
    const bool is_small = body.size() <= kSmallBytes;
    if (is_small && !is_gone_) Advance();
    Response response;
    response.body = std::move(body);
    visit_->request.exchange->Send(std::move(response), [self = shared_from_this(), is_small] {
      if (!is_small) self->Advance();
    });
  }

  void Advance() {
    if (visit_->query.after) return;
    services_.cursors.Advance(project(), job_id_, After(*news_, from_));
  }

  const Services services_;
  const VisitPtr visit_;
  const std::string job_id_;
  const StreamCursor from_;
  std::shared_ptr<OngoingStream> stream_;
  std::unique_ptr<v1::WatchResponse> news_;
  bool is_gone_ = false;  // The client.
};

}  // namespace

void PollStream(const Services& services, const VisitPtr& visit) {
  std::make_shared<StreamPoll>(services, visit)->Start();
}

}  // namespace furnace::gateway::http::runpod
