// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import Synchronization
public import StrataCore

/// Reports what was decided: one line for each request on the full road, within a bound.
///
/// Through the runtime's reporter, with a level, never with a value, and with keys only by their
/// digest unless the plan allows more. Hits on the fast road have no line; they are counted where
/// the plan asks for it.
public struct Audit: HitObserving {
  /// `audit` in YAML.
  public static let id: StageID = "audit"

  /// The quietest level that is reported.
  enum Level: String, CaseIterable {
    case debug, info, warning, error

    var level: CacheReport.Level {
      switch self {
      case .debug: .debug
      case .info: .info
      case .warning: .warning
      case .error: .error
      }
    }
  }

  /// How keys are shown.
  enum Keys: String, CaseIterable { case digest, plain }

  enum Option {
    static let level = PluginOption(
      "level", .choice, default: Level.info, "The quietest level that is reported.")
    static let sample = PluginOption(
      "sample", .fraction, default: Fraction(percent: 100),
      "Which part of the lines below warning is reported.")
    static let perSecond = PluginOption(
      "per-second", .integer(1...100_000), default: 20,
      "How many lines a second at most; as many again for warnings and errors.")
    static let keys = PluginOption(
      "keys", .choice, default: Keys.digest, "How keys are shown: by digest or as plain text.")
    static let hits = PluginOption(
      "hits", .boolean, default: false, "Whether hits on the fast road are counted in the lines.")
  }

  /// What is reported, and how much of it.
  public static let options: [any OptionDeclaration] = [
    Option.level, Option.sample, Option.perSecond, Option.keys, Option.hits,
  ]

  /// Whether hits are counted.
  public let observesHits: Bool

  private let threshold: CacheReport.Level
  private let sample: Fraction
  private let keys: Keys
  private let context: CacheContext
  private let gates: AuditGates
  private let fastHits: HitCount

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    threshold = try options(Option.level).level
    sample = try options(Option.sample)
    keys = try options(Option.keys)
    observesHits = try options(Option.hits)
    context = options.cache
    gates = AuditGates(perSecond: try options(Option.perSecond))
    fastHits = HitCount()
  }

  /// Counts a hit on the fast road.
  public func observeHit(_ key: KeyView) { fastHits.add() }

  /// Reports what became of the request.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    let began = context.runtime.now
    do {
      let reply = try await next(request)
      report(AuditLine(request, reply), request, since: began)
      return reply
    } catch {
      report(AuditLine(request, thrown: error), request, since: began)
      throw error
    }
  }

  private func report(_ line: AuditLine, _ request: CacheRequest, since began: Timestamp) {
    guard line.level >= threshold, isDrawn(line.level) else { return }
    let now = context.runtime.now
    guard let held = gates.pass(line.level, at: now) else { return }
    var details = line.details
    if request.keys.count == 1, let key = request.keys.first {
      details.insert(("key", keys == .plain ? key.text : "\(key.digest)"), at: 0)
    }
    details.append(("took", DurationText.text(for: now - began)))
    if let label = request.options.label { details.append(("label", label)) }
    if request.isBehind { details.append(("behind", "true")) }
    if observesHits { details.append(("fast-hits", "\(fastHits.take())")) }
    if held > 0 { details.append(("suppressed", "\(held)")) }
    context.report(line.level, line.message, source: Self.id.name, details: details)
  }

  private func isDrawn(_ level: CacheReport.Level) -> Bool {
    level >= .warning || sample.billionths >= 1_000_000_000
      || Int64(context.runtime.random.below(1_000_000_000)) < sample.billionths
  }

  /// Says how many lines were suppressed that no later line could say it of.
  public func drain() async {
    let held = gates.takeHeld()
    guard held > 0 else { return }
    context.report(
      .info, "lines suppressed", source: Self.id.name, details: [("suppressed", "\(held)")])
  }

  /// A second one, and a place where it does not see what callers see.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    if placement.outer.contains(where: { $0.id == id }) {
      return [.error("a second audit would report everything twice; remove one of them")]
    }
    guard let tier = placement.outer.first(where: \.isTier) else { return [] }
    return [
      .warning("does not see what \(tier.id) answers on the full road; move it before \(tier.id)")
    ]
  }
}

/// Hits since the last line.
private final class HitCount: Sendable {
  private let count = Atomic<Int>(0)

  func add() { count.add(1, ordering: .relaxed) }
  func take() -> Int { count.exchange(0, ordering: .relaxed) }
}
