// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Every plugin a plan may name: stages, stores and codecs by their identifiers.
///
/// The built-ins are registered by the same calls as anybody else's.
public struct Registry: Sendable {
  /// The stages.
  public private(set) var stages: [StageID: any CacheStage.Type] = [:]
  /// The stores by kind.
  public private(set) var stores: [PluginID: any CacheStore.Type] = [:]
  /// The codecs.
  public private(set) var codecs: [PluginID: any PayloadCodec.Type] = [:]
  /// The rules that plans may name, by their names.
  public private(set) var rules: [PluginID: ValueRule] = [:]
  /// The sinks that plans may name, by their names.
  public private(set) var sinks: [PluginID: any WriteSink] = [:]

  /// Creates an empty registry.
  public init() {}

  /// Registers a stage.
  public mutating func register(_ stage: any CacheStage.Type) throws(RegistryError) {
    try check(stage.id, "stage", isTaken: stages[stage.id] != nil)
    try check(stage.options, of: stage.id)
    stages[stage.id] = stage
  }

  /// Registers a store.
  public mutating func register(_ store: any CacheStore.Type) throws(RegistryError) {
    try check(store.kind, "store", isTaken: stores[store.kind] != nil)
    try check(store.options, of: store.kind)
    stores[store.kind] = store
  }

  /// Registers a codec.
  public mutating func register(_ codec: any PayloadCodec.Type) throws(RegistryError) {
    let id = PluginID(codec.id)
    try check(id, "codec", isTaken: codecs[id] != nil)
    let number = codec.formatNumber
    guard number != 0, !codecs.values.contains(where: { $0.formatNumber == number }) else {
      throw RegistryError("codec '\(id)' has number \(number), which is taken")
    }
    codecs[id] = codec
  }

  /// Registers a rule under a name for plans.
  public mutating func register(
    rule id: PluginID, _ rule: ValueRule
  ) throws(RegistryError) {
    try check(id, "rule", isTaken: rules[id] != nil)
    rules[id] = rule
  }

  /// Registers a sink of the program's own under a name for plans.
  public mutating func register(sink id: PluginID, _ sink: any WriteSink) throws(RegistryError) {
    try check(id, "sink", isTaken: sinks[id] != nil)
    sinks[id] = sink
  }

  private func check(_ id: PluginID, _ what: String, isTaken: Bool) throws(RegistryError) {
    guard id.isWellFormed else {
      throw RegistryError("'\(id)' is no identifier; write lower-case words joined by hyphens")
    }
    if isTaken { throw RegistryError("a \(what) named '\(id)' is registered already") }
  }

  private func check(
    _ options: [any OptionDeclaration], of id: PluginID
  ) throws(RegistryError) {
    var seen: Set<String> = []
    for option in options where !seen.insert(option.name).inserted {
      throw RegistryError("'\(id)' declares the option '\(option.name)' twice")
    }
  }
}

/// Why a plugin was not registered.
public struct RegistryError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  init(_ description: String) { self.description = description }
}
