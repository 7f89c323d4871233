// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Refuses writes, for a cache that another service fills.
public struct ReadOnly: CacheStage {
  /// `read-only` in YAML.
  public static let id: StageID = "read-only"

  enum Option {
    static let allowsRemoval = PluginOption(
      "allows-removal", .boolean, default: true, "Whether keys may still be removed and expired.")
  }

  /// What may still be changed.
  public static let options: [any OptionDeclaration] = [Option.allowsRemoval]

  private let allowsRemoval: Bool

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    allowsRemoval = try options(Option.allowsRemoval)
  }

  /// Passes everything on but what it refuses.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    switch request.operation {
    case .write: return refusal(of: request)
    case .remove, .expire: return allowsRemoval ? try await next(request) : refusal(of: request)
    case .read, .touch, .lifetime, .invalidate, .clear: return try await next(request)
    }
  }

  private func refusal(of request: CacheRequest) -> CacheReply {
    CacheReply(request.keys.mapEach { _ in KeyReply(.refused(.invalid)) })
  }
}
