// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What is said of one request: how loud, which message, which details.
struct AuditLine {
  var level: CacheReport.Level
  /// The operation and its outcome: few different ones, so that reporters can tell them apart.
  var message: String
  var details: [(name: String, value: String)] = []

  init(_ request: CacheRequest, _ reply: CacheReply) {
    let operation = request.operation.name
    guard reply.results.count == 1, let result = reply.results.first else {
      level = reply.results.map { Self.level(of: $0.outcome, request) }.max() ?? .info
      message = "\(operation) \(reply.results.isEmpty ? "done" : "answered")"
      let counts = Dictionary(reply.results.map { ($0.outcome.name, 1) }, uniquingKeysWith: +)
      details = counts.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
      if case .invalidate(let tags) = request.operation { details = [("tags", "\(tags.count)")] }
      return
    }
    level = Self.level(of: result.outcome, request)
    message = "\(operation) \(result.outcome.name)"
    if let tier = result.outcome.tier { details.append(("tier", tier)) }
    if let reason = result.outcome.reason ?? result.missReason?.rawValue {
      details.append(("reason", reason))
    }
    if case .failed(let error) = result.outcome, let underlying = error.underlying {
      details.append(("error", "\(type(of: underlying))"))
    }
    if result.isShared { details.append(("shared", "true")) }
  }

  init(_ request: CacheRequest, thrown error: any Error) {
    level = error is CancellationError ? .debug : .error
    message = "\(request.operation.name) abandoned"
    let reason = (error as? CacheError)?.code.description ?? "\(type(of: error))"
    details = [("reason", reason)]
  }

  private static func level(of outcome: Outcome, _ request: CacheRequest) -> CacheReport.Level {
    switch outcome {
    case .hit: .debug
    case .loaded, .renewed, .miss: request.isBehind ? .debug : .info
    case .done: request.isBehind ? .debug : .info
    case .stale, .refused: .warning
    case .failed: .error
    }
  }
}
