// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension Outcome {
  /// The outcome as one word, for metrics, spans and logs.
  public var name: String {
    switch self {
    case .hit: "hit"
    case .stale: "stale"
    case .loaded: "loaded"
    case .renewed: "renewed"
    case .miss: "miss"
    case .done: "done"
    case .refused: "refused"
    case .failed: "failed"
    }
  }

  /// The tier that answered, where one did.
  public var tier: String? {
    switch self {
    case .hit(let tier), .stale(let tier, _): tier
    case .loaded, .renewed, .miss, .done, .refused, .failed: nil
    }
  }

  /// The reason as one word, where there is one.
  public var reason: String? {
    switch self {
    case .stale(_, let reason): reason.rawValue
    case .miss(let reason): reason.rawValue
    case .refused(let reason): reason.rawValue
    case .failed(let error): error.code.description
    case .hit, .loaded, .renewed, .done: nil
    }
  }
}
