// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The options that a tier has wherever its store lies: the store, and the times in it.
public enum TierOption {
  /// The store.
  public static let store = PluginOption("store", .store, "The store that keeps the entries.")
  /// The longest time an entry is fresh in the tier.
  public static let ttl = PluginOption(
    "ttl", .optional(.duration), default: nil,
    "The longest time an entry is fresh here; the cache's ttl where it is left out.")
  /// The longest time an entry is kept stale in the tier.
  public static let maxStale = PluginOption(
    "max-stale", .optional(.duration), default: nil,
    "The longest time an entry is kept stale here; the cache's max-stale where it is left out.")

  /// All of them, in the order in which they are documented.
  public static let all: [any OptionDeclaration] = [store, ttl, maxStale]

  /// What is wrong with the times of a tier: a ttl that would never apply.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    guard let ttl = placement.value(Self.ttl) ?? nil, ttl > placement.policy.ttl else { return [] }
    let limit = DurationText.text(for: placement.policy.ttl)
    return [
      .error(
        "\(DurationText.text(for: ttl)) is longer than the cache's ttl \(limit), "
          + "so it would never apply; write at most \(limit)", option: Self.ttl.name)
    ]
  }
}

extension Tier {
  /// Creates the tier of a stage that declares the options of ``TierOption``.
  public init(
    _ id: StageID, _ options: StageOptions, timeout: Duration? = nil, fillsBehind: Bool = false
  ) throws(ConfigurationError) {
    self.init(
      name: try options(TierOption.store), id: id, store: try options.store(TierOption.store),
      context: options.cache,
      limits: TierLimits(
        ttl: try options(TierOption.ttl), maxStale: try options(TierOption.maxStale),
        timeout: timeout, fillsBehind: fillsBehind))
  }
}
