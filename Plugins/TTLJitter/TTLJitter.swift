// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Spreads the expiry of entries, so that what was loaded together is not reloaded together.
///
/// Changes what the tiers outside it store, on the way back: put it further in than the tier that
/// it should spread.
public struct TTLJitter: CacheStage {
  /// `ttl-jitter` in YAML.
  public static let id: StageID = "ttl-jitter"

  /// To which side of the TTL entries are spread.
  enum Side: String, CaseIterable {
    case both
    case shorter
    case longer
  }

  enum Option {
    static let spread = PluginOption(
      "spread", .fraction, default: Fraction(percent: 10), "How far, as a part of the entry's time."
    )
    static let side = PluginOption(
      "side", .choice, default: Side.both, "To which side: shorter, longer or both.")
  }

  /// How far, and to which side.
  public static let options: [any OptionDeclaration] = [Option.spread, Option.side]

  private let spread: Fraction
  private let side: Side
  private let context: CacheContext

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    spread = try options(Option.spread)
    side = try options(Option.side)
    context = options.cache
  }

  /// Moves the expiry of what was loaded or written.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    var reply = try await next(request)
    for index in reply.results.indices where reply.results[index].canFill {
      guard let entry = reply.results[index].entry else { continue }
      reply.results[index].entry = jittered(entry)
    }
    return reply
  }

  /// The entry with another expiry; its last usable moment stays what it was, or moves with a later
  /// expiry where nothing may be served stale.
  private func jittered(_ entry: Entry) -> Entry {
    let now = context.runtime.now
    let left = max(0, (entry.freshUntil - now).saturatingNanoseconds)
    let reach = spread.of(left)
    let draw = Int64(context.runtime.random.below(UInt64(reach) + 1))
    let shift: Int64 =
      switch side {
      case .shorter: -draw
      case .longer: draw
      case .both: context.runtime.random.next() & 1 == 0 ? draw : -draw
      }
    var moved = entry
    moved.freshUntil = entry.freshUntil.advanced(byNanoseconds: shift)
    moved.attentionAt = min(entry.attentionAt, moved.freshUntil)
    if entry.attentionAt == entry.freshUntil { moved.attentionAt = moved.freshUntil }
    moved.usableUntil = max(entry.usableUntil, moved.freshUntil)
    return moved
  }

  /// A place where it spreads nothing.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    if placement.outer.contains(where: \.isTier) { return [] }
    return [
      .warning(
        "spreads nothing here: it changes what tiers further out store, and there is none; "
          + "move it behind the tier it should spread")
    ]
  }
}
