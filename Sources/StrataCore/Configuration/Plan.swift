// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A whole configuration: the stores and the caches, before anything is built.
///
/// Read from YAML by `StrataConfig` or put together in code; checked and built the same way.
public struct Plan: Sendable {
  /// The stores by the names the caches use.
  public var stores: [StorePlan]
  /// The caches.
  public var caches: [CachePlan]

  /// Creates a plan.
  public init(stores: [StorePlan] = [], caches: [CachePlan] = []) {
    self.stores = stores
    self.caches = caches
  }
}

/// A store as a plan describes it.
public struct StorePlan: Sendable {
  /// Its name.
  public var name: String
  /// Its kind.
  public var kind: PluginID
  /// Where the kind is written.
  public var kindLocation: SourceLocation
  /// Its options.
  public var block: OptionBlock

  /// Creates a description.
  public init(name: String, kind: PluginID, kindLocation: SourceLocation, block: OptionBlock) {
    self.name = name
    self.kind = kind
    self.kindLocation = kindLocation
    self.block = block
  }
}

/// A cache as a plan describes it.
public struct CachePlan: Sendable {
  /// Everything but the pipeline.
  public var policy: CachePolicy
  /// The pipeline; first is outermost.
  public var pipeline: [StagePlan]
  /// Where the cache is written.
  public var location: SourceLocation
  /// Where each key of the cache is written, by its name.
  public var locations: [String: SourceLocation]

  /// Creates a description.
  public init(
    policy: CachePolicy, pipeline: [StagePlan], location: SourceLocation,
    locations: [String: SourceLocation] = [:]
  ) {
    self.policy = policy
    self.pipeline = pipeline
    self.location = location
    self.locations = locations
  }
}

/// A stage as a plan describes it.
public struct StagePlan: Sendable {
  /// Which stage.
  public var id: StageID
  /// Where it is written.
  public var location: SourceLocation
  /// Its options.
  public var block: OptionBlock

  /// Creates a description.
  public init(id: StageID, location: SourceLocation, block: OptionBlock) {
    self.id = id
    self.location = location
    self.block = block
  }
}
