// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a stage is built from: its YAML block, the stores of the plan, and its cache.
public struct StageOptions: Sendable {
  /// The stage's block.
  public let block: OptionBlock
  /// What the stages of the cache share.
  public let cache: CacheContext
  private let stores: [String: any CacheStore]
  private let rules: [PluginID: ValueRule]
  private let sinks: [PluginID: any WriteSink]

  /// Creates options.
  public init(
    block: OptionBlock, cache: CacheContext, stores: [String: any CacheStore] = [:],
    rules: [PluginID: ValueRule] = [:], sinks: [PluginID: any WriteSink] = [:]
  ) {
    self.block = block
    self.cache = cache
    self.stores = stores
    self.rules = rules
    self.sinks = sinks
  }

  /// The value of an option, or of its default.
  public func callAsFunction<Value: Sendable>(
    _ option: PluginOption<Value>
  ) throws(ConfigurationError) -> Value {
    try block.required(option)
  }

  /// The store that an option names.
  public func store(
    _ option: PluginOption<String>
  ) throws(ConfigurationError) -> any CacheStore {
    let name = try block.required(option)
    if let store = stores[name] { return store }
    let location = block.node.field(option.name)?.value.location ?? block.node.location
    throw ConfigurationError(
      at: location, path: "\(block.path).\(option.name)",
      "unknown store \(ScalarProblem.quoted(name))")
  }

  /// The store that an option names, where it names one.
  public func store(
    optional option: PluginOption<String?>
  ) throws(ConfigurationError) -> (any CacheStore)? {
    guard let name = try block.required(option) else { return nil }
    if let store = stores[name] { return store }
    throw error(about: option, "unknown store \(ScalarProblem.quoted(name))")
  }

  /// The sink that an option names: a store of the plan, or else one that the program registered.
  public func sink(_ option: PluginOption<String>) throws(ConfigurationError) -> any WriteSink {
    let name = try block.required(option)
    if let sink = stores[name] as? any WriteSink ?? sinks[PluginID(name)] { return sink }
    throw error(about: option, "unknown sink \(ScalarProblem.quoted(name))")
  }

  /// The rules that an option names, which the program has registered.
  public func rules(
    _ option: PluginOption<[String]>
  ) throws(ConfigurationError) -> [(name: String, rule: ValueRule)] {
    var named: [(name: String, rule: ValueRule)] = []
    for name in try block.required(option) {
      guard let rule = rules[PluginID(name)] else {
        throw error(
          about: option,
          "no rule \(ScalarProblem.quoted(name)) is registered; "
            + "register it in code: registry.register(rule:_:)")
      }
      named.append((name, rule))
    }
    return named
  }

  /// An error about one option of this block, with its place.
  public func error(about option: some OptionDeclaration, _ message: String) -> ConfigurationError {
    let location = block.node.field(option.name)?.value.location ?? block.node.location
    return ConfigurationError(at: location, path: "\(block.path).\(option.name)", message)
  }
}

/// What a store is built from: its YAML block and its name in the plan.
public struct StoreOptions: Sendable {
  /// The name under which the plan knows the store.
  public let name: String
  /// The store's block.
  public let block: OptionBlock

  /// Creates options.
  public init(name: String, block: OptionBlock) {
    self.name = name
    self.block = block
  }

  /// The issuer of the versions that this store issues; see ``Version/issuer(of:)``.
  public var issuer: UInt8 { Version.issuer(of: name) }

  /// The value of an option, or of its default.
  public func callAsFunction<Value: Sendable>(
    _ option: PluginOption<Value>
  ) throws(ConfigurationError) -> Value {
    try block.required(option)
  }

  /// An error about one option of this block, with its place.
  public func error(about option: some OptionDeclaration, _ message: String) -> ConfigurationError {
    let location = block.node.field(option.name)?.value.location ?? block.node.location
    return ConfigurationError(at: location, path: "\(block.path).\(option.name)", message)
  }
}
