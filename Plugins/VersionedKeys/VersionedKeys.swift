// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Makes all keys of a cache others with one step, and the old ones again with another.
///
/// `bump` begins a new generation of keys: nothing of the old one is found any more, on the fast
/// road either, and nothing has to be deleted. `roll(backTo:)` makes an old generation current
/// again, with what is left of its entries.
public struct VersionedKeys: CacheStage {
  /// `versioned-keys` in YAML.
  public static let id: StageID = "versioned-keys"

  enum Option {
    static let first = PluginOption(
      "first", .integer(0...1_000_000_000), default: 0,
      "The generation to begin with; one that is higher than the current one becomes current.")
    static let storeName = PluginOption(
      "store", .optional(.store), default: nil,
      "The store in which the generation is kept, for restarts and for other nodes.")
    static let check = PluginOption(
      "check", .duration, default: .seconds(5),
      "How often the store is asked for a generation that another node began.")
  }

  /// Where to begin, and where the generation is kept.
  public static let options: [any OptionDeclaration] = [
    Option.first, Option.storeName, Option.check,
  ]

  private let history: GenerationHistory
  private let record: GenerationRecord?
  private let interval: Duration
  private let context: CacheContext

  /// Creates the stage, in the generation of the one it replaces.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    context = options.cache
    interval = try options(Option.check)
    let first = try options(Option.first)
    let keys = context.keyGeneration
    history = context.kept.object { GenerationHistory(keys) }
    history.begin(at: first)
    guard try options(Option.storeName) != nil else {
      record = nil
      return
    }
    let store = try options.store(PluginOption("store", .store, Option.storeName.summary))
    record = GenerationRecord(store: store, context: context)
  }

  // MARK: Generations

  /// The generation in which keys are made now.
  public var generation: Int { history.state.current }

  /// Begins a new generation and returns its number. Where a store keeps it, that is written first:
  /// if it cannot be, this throws and nothing has changed.
  @discardableResult
  public func bump() async throws -> Int {
    var state = try await latest()
    state.highest += 1
    state.current = state.highest
    return try await move(to: state)
  }

  /// Makes an earlier generation current again. Throws where there never was one of this number.
  ///
  /// What is left of its entries is served again, with what was invalidated since then still
  /// invalidated by key, tag or clear in the stores that noticed.
  public func roll(backTo generation: Int) async throws {
    var state = try await latest()
    guard generation >= 0, generation <= state.highest else {
      throw CacheError(
        .custom("unknown-generation"),
        "There is no generation \(generation); the highest is \(state.highest).", stage: Self.id)
    }
    state.current = generation
    _ = try await move(to: state)
  }

  private func latest() async throws -> GenerationState {
    guard let record else { return history.state }
    return history.merged(with: try await record.read())
  }

  private func move(to state: GenerationState) async throws -> Int {
    var state = state
    state.moves += 1
    try await record?.write(state)
    history.move(to: state)
    context.report(
      .info, "generation moved", source: Self.id.name,
      details: [("generation", "\(state.current)")])
    return state.current
  }

  // MARK: Requests

  /// Passes requests on; past the tiers, while the generation is kept in a store that has not been
  /// read yet.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard record != nil, !history.isKnown, case .read = request.operation else {
      return try await next(request)
    }
    var past = request
    past.options.skipReading = .all
    past.options.skipWriting = .all
    return try await next(past)
  }

  /// Asks the store, at once and then now and again.
  public func run() async throws {
    guard let record else { return }
    while true {
      do {
        history.adopt(try await record.read())
      } catch {
        if Task.isCancelled { throw error }
        context.report(
          .warning, "generation not read", source: Self.id.name,
          details: [("error", "\(type(of: error))")])
      }
      try await context.runtime.clock.sleep(for: interval)
    }
  }

  // MARK: Check

  /// A place behind a tier, and entries that outlive what is known of generations.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    if placement.outer.contains(where: { $0.id == id }) {
      return [.error("a second versioned-keys has nothing to do; remove one of them")]
    }
    if let tier = placement.outer.first(where: \.isTier) {
      return [.error("must stand before every tier, and \(tier.id) is further out; move it first")]
    }
    let lasting = placement.inner.first {
      $0.isTier && !($0.store?.capabilities ?? []).isDisjoint(with: [.persistence, .sharing])
    }
    guard let lasting, (placement.value(Option.storeName) ?? nil) == nil else { return [] }
    return [
      .warning(
        "the generation is forgotten at a restart and unknown to other nodes, and \(lasting.id) "
          + "keeps entries beyond both; name a store for it: store: \(lasting.store?.name ?? "")")
    ]
  }
}
