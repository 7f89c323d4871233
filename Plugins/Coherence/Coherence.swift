// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Tells the other nodes what changed here, and does here what changed there, so that no node keeps
/// an outdated value in its own memory.
public struct Coherence: CacheStage {
  /// `coherence` in YAML.
  public static let id: StageID = "coherence"

  /// How a node learns of changes.
  enum Way: String, CaseIterable, Sendable {
    /// The nodes tell each other.
    case messages
    /// The store tells what was changed in it.
    case changes
  }

  enum Option {
    static let storeName = PluginOption(
      "store", .store,
      "The store or bus that carries messages between the nodes, or that tells them of changes.")
    static let way = PluginOption(
      "by", .choice, default: Way.messages,
      "How nodes learn of changes: messages of each other, or the store telling its changes.")
    static let heartbeat = PluginOption(
      "heartbeat", .duration, default: .seconds(1),
      "How often a node says that it is there, and how much it has said.")
    static let silence = PluginOption(
      "silence", .duration, default: .seconds(3),
      "After how long without a sign a node counts as silent, itself included.")
  }

  /// The transport and its timing.
  public static let options: [any OptionDeclaration] = [
    Option.storeName, Option.way, Option.heartbeat, Option.silence,
  ]

  private let station: Station

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    let transport = try Self.transport(options, runtime)
    let timing = Station.Timing(
      heartbeat: try options(Option.heartbeat), silence: try options(Option.silence))
    station = Station(transport: transport, context: options.cache, timing: timing)
  }

  private static func transport(
    _ options: StageOptions, _ runtime: CacheRuntime
  ) throws(ConfigurationError) -> any MessageTransport {
    let store = try options.store(Option.storeName)
    switch try options(Option.way) {
    case .messages:
      if let transport = store as? any MessageTransport { return transport }
      throw options.error(
        about: Option.storeName, "carries no messages; name a store of a kind that does")
    case .changes:
      if let store = store as? any WatchedStore {
        return ChangesTransport(
          store, namespace: options.cache.policy.namespace, random: runtime.random)
      }
      throw options.error(
        about: Option.storeName, "does not tell of changes; name a store of a kind that does")
    }
  }

  /// What the node knows about its own hearing.
  public var status: CoherenceStatus { station.status }

  /// Passes everything on, and tells the others of changes once the tiers further in have them.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard request.operation.isChange, request.echo == nil else { return try await next(request) }
    do {
      let reply = try await next(request)
      station.announce(items(for: request, reply))
      return reply
    } catch {
      // How far it got is not known.
      station.announce(items(for: request, nil))
      throw error
    }
  }

  private func items(for request: CacheRequest, _ reply: CacheReply?) -> [Bulletin.Item] {
    let isSettled = !(reply?.isUnsettled ?? true)
    return switch request.operation {
    case .write, .remove:
      request.keys.indices.compactMap { position in
        let result = reply?.results[position]
        if case .refused = result?.outcome { return nil }
        // A version of this process means nothing to others.
        let version = result?.version.flatMap { $0.issuer == 0 || !isSettled ? nil : $0 }
        return .outdated(key: request.keys[position].bytes, version, isSettled: isSettled)
      }
    case .expire: request.keys.map { .expired(key: $0.bytes, isSettled: isSettled) }
    case .invalidate(let tags): tags.map { .tag($0.name, isSettled: isSettled) }
    case .clear: [.cleared(isSettled: isSettled)]
    case .read, .touch, .lifetime: []
    }
  }

  /// Hears and is heard until the cache shuts down.
  public func run() async throws { try await station.run() }

  /// Says what is left to say, and goodbye.
  public func drain() async { await station.sayFarewell() }

  // MARK: Plans

  /// A transport that is none, times that contradict each other, and places in which messages would
  /// come too early.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    var problems: [PlacementProblem] = []
    if let problem = transportProblem(placement) { problems.append(problem) }
    if let heartbeat = placement.value(Option.heartbeat),
      let silence = placement.value(Option.silence), silence < heartbeat * 2
    {
      problems.append(
        .error(
          "must be at least twice the heartbeat, \(DurationText.text(for: heartbeat * 2)), or one "
            + "late message counts as silence", option: Option.silence.name))
    }
    if placement.outer.contains(where: { $0.id == id }) {
      problems.append(.error("a second coherence has nothing to do; remove one of them"))
    }
    return problems + order(placement)
  }

  private static func transportProblem(_ placement: StagePlacement) -> PlacementProblem? {
    guard let store = placement.own.store else { return nil }
    let name = "\(store.name) (kind \(store.kind))"
    if placement.value(Option.way) == .changes {
      if store.capabilities.contains(.changes) { return nil }
      return .error(
        "\(name) does not tell of changes; name one that does, such as a store of kind resp, or "
          + "write by: messages", option: Option.storeName.name)
    }
    if store.capabilities.contains(.messages) { return nil }
    return .error(
      "\(name) carries no messages; name one that does, such as a store of kind bus",
      option: Option.storeName.name)
  }

  private static func order(_ placement: StagePlacement) -> [PlacementProblem] {
    let tiers = placement.pipeline.filter(\.isTier)
    if placement.outer.contains(where: { $0.isTier && $0.isShared }) {
      return [
        .error(
          "must stand outside every tier that the nodes share: told before it has changed there, "
            + "another node would read the old value again")
      ]
    }
    guard !tiers.isEmpty, tiers.allSatisfy(\.isShared) else { return [] }
    return [.warning("no tier lies in this process, so there is nothing to keep right")]
  }
}

extension StagePlacement.Neighbour {
  fileprivate var isShared: Bool { store?.capabilities.contains(.sharing) ?? false }
}
