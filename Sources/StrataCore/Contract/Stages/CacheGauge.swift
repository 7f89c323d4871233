// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A value that a stage shows beside what `metrics` counts: how long its queue is, how old.
///
/// It is read when somebody asks for the metrics, and never on the way of a request.
public struct CacheGauge: Sendable {
  /// Its name, snake_case, with its unit: `write_behind_age_seconds`.
  public let name: String
  /// What it tells, in one sentence.
  public let help: String
  /// The value now.
  public let read: @Sendable () -> Double

  /// Creates a gauge.
  public init(_ name: String, _ help: String, _ read: @escaping @Sendable () -> Double) {
    self.name = name
    self.help = help
    self.read = read
  }
}
