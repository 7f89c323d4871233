// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Where a stage stands in a plan: what it may judge before anything is built.
public struct StagePlacement: Sendable {
  /// A stage of the pipeline as the plan names it.
  public struct Neighbour: Sendable {
    /// Its identifier.
    public let id: StageID
    /// Its block.
    public let block: OptionBlock
    /// The kind and capabilities of the store it names, where it names one.
    public let store: StoreDescription?
    /// Whether it keeps entries there: a stage may name a store for something else.
    public let isTier: Bool

    /// Creates a neighbour; one that names a store is a tier unless it is said not to be.
    public init(
      id: StageID, block: OptionBlock, store: StoreDescription?, isTier: Bool? = nil
    ) {
      self.id = id
      self.block = block
      self.store = store
      self.isTier = isTier ?? (store != nil)
    }
  }

  /// A store of the plan, before it is built.
  public struct StoreDescription: Sendable {
    /// Its name in the plan.
    public let name: String
    /// Its kind.
    public let kind: PluginID
    /// What it can do.
    public let capabilities: StoreCapabilities

    /// Creates a description.
    public init(name: String, kind: PluginID, capabilities: StoreCapabilities) {
      self.name = name
      self.kind = kind
      self.capabilities = capabilities
    }
  }

  /// What the plan says about the cache.
  public let policy: CachePolicy
  /// The whole pipeline; first is outermost.
  public let pipeline: [Neighbour]
  /// The stage's own place in it.
  public let position: Int

  /// Creates a placement.
  public init(policy: CachePolicy, pipeline: [Neighbour], position: Int) {
    self.policy = policy
    self.pipeline = pipeline
    self.position = position
  }

  /// The stage itself.
  public var own: Neighbour { pipeline[position] }

  /// The stages further out.
  public var outer: ArraySlice<Neighbour> { pipeline[..<position] }

  /// The stages further in.
  public var inner: ArraySlice<Neighbour> { pipeline[(position + 1)...] }

  /// The value of one of the stage's own options; `nil` where it is wrong, which is reported
  /// elsewhere.
  public func value<Value: Sendable>(_ option: PluginOption<Value>) -> Value? {
    try? own.block.required(option)
  }

  /// Whether the option is written in the stage's own block.
  public func isWritten(_ option: some OptionDeclaration) -> Bool {
    own.block.node.field(option.name) != nil
  }
}

/// Something wrong or doubtful about a stage's place or options.
public struct PlacementProblem: Sendable {
  /// How bad it is.
  public let severity: ConfigurationProblem.Severity
  /// The option it is about; `nil` for the stage as a whole.
  public let option: String?
  /// What is wrong and what would be right.
  public let message: String

  /// The plan cannot be used.
  public static func error(_ message: String, option: String? = nil) -> PlacementProblem {
    PlacementProblem(severity: .error, option: option, message: message)
  }

  /// The plan works, but not as its author probably wants.
  public static func warning(_ message: String, option: String? = nil) -> PlacementProblem {
    PlacementProblem(severity: .warning, option: option, message: message)
  }
}
