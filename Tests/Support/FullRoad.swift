// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import Strata

/// A stage that counts the requests that leave the fast road, and does nothing else.
public struct FullRoad: CacheStage {
  /// `full-road` in YAML.
  public static let id: StageID = "full-road"

  private let log: RequestLog

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    log = options.cache.kept.object { RequestLog() }
  }

  /// Counts and passes on.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    log.note(request)
    return try await next(request)
  }

  /// The requests that came by, oldest first.
  public var requests: [CacheRequest] { log.all }
  /// How many came by.
  public var count: Int { log.all.count }
}

/// The requests that passed, kept over a reload.
private final class RequestLog: Sendable {
  private let requests = Lock<[CacheRequest]>([])
  func note(_ request: CacheRequest) { requests.withLock { $0.append(request) } }
  var all: [CacheRequest] { requests.withLock { $0 } }
}

extension Strata {
  /// How many requests left the fast road of a cache; 0 where it has no ``FullRoad``.
  public func walks(in cache: String) -> Int { stage(FullRoad.self, in: cache)?.count ?? 0 }
}
