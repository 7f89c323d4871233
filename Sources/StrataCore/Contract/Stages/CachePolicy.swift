// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a plan says about one cache, apart from its pipeline.
public struct CachePolicy: Sendable {
  /// The cache's name.
  public var name: String
  /// What every key begins with; the name unless the plan says otherwise.
  public var namespace: String
  /// The number of the key format: raising it leaves every old key behind.
  public var keyVersion: Int?
  /// How keys are made from arguments, where the plan says it: `user:{id}`.
  public var keyTemplate: String?
  /// The names of the arguments in their order, where placeholders leave some out or reorder them.
  public var keyArguments: [String]?
  /// How long a value is fresh.
  public var ttl: Duration
  /// How long after that it may be served stale.
  public var maxStale: Duration
  /// The codec for tiers that hold bytes.
  public var codec: PluginID
  /// How long a call may take, where it does not say so itself.
  public var timeout: Duration?

  /// Creates a policy.
  public init(
    name: String, namespace: String? = nil, keyVersion: Int? = nil, keyTemplate: String? = nil,
    ttl: Duration, maxStale: Duration = .zero, codec: PluginID = "binary", timeout: Duration? = nil
  ) {
    self.name = name
    self.namespace = namespace ?? name
    self.keyVersion = keyVersion
    self.keyTemplate = keyTemplate
    self.ttl = ttl
    self.maxStale = maxStale
    self.codec = codec
    self.timeout = timeout
  }
}
