#include "cli/commands/endpoint_options.h"

namespace furnace::cli {
namespace {

void BindHandler(CLI::App& command, EndpointOptions& options) {
  command.add_option("--image", options.image, "container image, or file:///absolute/folder");
  command.add_option("--handler", options.handler, "program below the image (handler.py)");
  command.add_option("--env", options.env, "NAME=value for the handler; repeatable")
      ->allow_extra_args(false);
}

void BindWorkers(CLI::App& command, EndpointOptions& options) {
  command.add_option("--gpu", options.gpus, "GPU type, the best first; repeatable (rtx4000)")
      ->allow_extra_args(false);
  command.add_option("--fallback-after", options.fallback_after_seconds,
                     "seconds a job waits for the first GPU type before the others may run it (0)");
  command
      .add_option("--task-type", options.task_types,
                  "kind of work it does, for `furnace run --task`; repeatable")
      ->allow_extra_args(false);
  command.add_option("--gpu-count", options.gpu_count, "GPUs per worker (1)");
  command.add_option("--vram-min", options.vram_min_mib, "least memory per GPU in MiB (any)");
  command.add_option("--min-workers", options.min_workers, "workers kept without work (0)");
  command.add_option("--max-workers", options.max_workers, "most workers at a time (10)");
  command.add_option("--idle-timeout", options.idle_timeout_seconds,
                     "seconds a worker without work is kept (5)");
  command.add_option("--init-timeout", options.init_timeout_seconds,
                     "seconds a worker may take to start (420)");
  command
      .add_option("--scaler-type", options.scaler_type,
                  "QUEUE_DELAY or REQUEST_COUNT (QUEUE_DELAY)")
      ->transform(CLI::IsMember({"QUEUE_DELAY", "REQUEST_COUNT"}, CLI::ignore_case));
  command.add_option("--scaler-value", options.scaler_value,
                     "seconds for QUEUE_DELAY (4), jobs per worker for REQUEST_COUNT (1)");
}

void BindRetry(CLI::App& command, EndpointOptions& options) {
  command.add_option("--timeout", options.timeout_seconds, "seconds an attempt may run (300)");
  command.add_option("--result-retention", options.result_retention_seconds,
                     "seconds a job is kept after its end, 60-2678400 (604800)");
  command.add_option("--max-retries", options.max_retries, "further attempts of a failed job (0)");
  command.add_option("--backoff-ms", options.backoff_ms,
                     "longest wait before the first retry; doubles with each (1000)");
  command.add_option("--max-backoff-ms", options.max_backoff_ms,
                     "where the doubling stops (60000)");
  command
      .add_option("--no-retry-on", options.no_retry_on,
                  "HANDLER_ERROR, HANDLER_EXITED or TIMEOUT: ends the job at once; repeatable "
                  "(NONE)")
      ->allow_extra_args(false)
      ->transform(
          CLI::IsMember({"HANDLER_ERROR", "HANDLER_EXITED", "TIMEOUT", "NONE"}, CLI::ignore_case));
}

void BindQueue(CLI::App& command, EndpointOptions& options) {
  command.add_option("--head-start-ms", options.head_start_ms,
                     "how far a step of priority moves a job ahead (60000)");
  command.add_flag_function(
      "--strict-priority,!--no-strict-priority",
      [&options](std::int64_t count) { options.strict_priority = count > 0; },
      "priority alone decides; low ones may wait for ever");
  command.add_option("--ttl", options.ttl_seconds,
                     "seconds after which a job that does not run is TIMED_OUT (0: never)");
  command.add_option("--max-concurrency", options.max_concurrency,
                     "most jobs that run at a time (0: any)");
  command.add_option("--max-queued", options.max_queued, "most jobs that wait (100000)");
  command.add_option("--idempotency-ttl", options.idempotency_ttl_seconds,
                     "seconds an idempotency key is remembered (86400)");
}

void BindWebhook(CLI::App& command, EndpointOptions& options) {
  CLI::Option* const webhook = command.add_option(
      "--webhook", options.webhook,
      "URL to post jobs to once they are final, if they name none; '' for none (none)");
  command
      .add_option("--webhook-format", options.webhook_format,
                  "FURNACE, or RUNPOD: as RunPod's receivers expect it (FURNACE)")
      ->transform(CLI::IsMember({"FURNACE", "RUNPOD"}, CLI::ignore_case))
      ->needs(webhook);
}

}  // namespace

void BindSpec(CLI::App& command, EndpointOptions& options) {
  BindHandler(command, options);
  BindWorkers(command, options);
  BindRetry(command, options);
  BindQueue(command, options);
  BindWebhook(command, options);
}

}  // namespace furnace::cli
