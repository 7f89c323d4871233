// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Makes what leaves the process smaller, where that helps.
///
/// It adds a transform to the request, which every tier further in that keeps bytes applies. Values
/// that another release stored without compression, or with another algorithm, are read as they
/// are.
public struct Compression: CacheStage {
  /// `compression` in YAML.
  public static let id: StageID = "compression"

  enum Option {
    static let algorithm = PluginOption(
      "algorithm", .choice, default: CompressionAlgorithm.zstd,
      "How values are compressed: zstd is smaller, lz4 is faster.")
    static let level = PluginOption(
      "level", .optional(.integer(1...19)), default: nil,
      "How hard it tries: 1 to 19 for zstd (3 where left out), 1 to 12 for lz4 (its fast mode).")
    static let threshold = PluginOption(
      "threshold", .size, default: 1024, "Values smaller than this are left alone.")
    static let saving = PluginOption(
      "min-saving", .fraction, default: Fraction(percent: 10),
      "A value that does not shrink by this much is stored as it is.")
    static let maxSize = PluginOption(
      "max-size", .size, default: 64 << 20,
      "The largest value that is compressed, and to which a stored one may unfold.")
  }

  /// Algorithm and limits.
  public static let options: [any OptionDeclaration] = [
    Option.algorithm, Option.level, Option.threshold, Option.saving, Option.maxSize,
  ]

  private let transform: any PayloadTransform

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    let algorithm = try options(Option.algorithm)
    if let missing = algorithm.missingTrait {
      throw options.error(about: Option.algorithm, Self.advice(algorithm, missing))
    }
    transform = CompressionTransform(
      algorithm: algorithm, level: try options(Option.level),
      threshold: try options(Option.threshold), saving: try options(Option.saving),
      maxSize: try options(Option.maxSize), cache: options.cache)
  }

  /// Adds the transform for the tiers further in.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    var inner = request
    inner.transforms.append(transform)
    return try await next(inner)
  }

  static func advice(_ algorithm: CompressionAlgorithm, _ trait: String) -> String {
    let other = CompressionAlgorithm.allCases.first { $0.missingTrait == nil }
    let instead = other.map { "; or write \($0.rawValue)" } ?? ""
    return "this build has no \(algorithm.rawValue); enable the package trait \(trait) where "
      + "Strata is depended on\(instead)"
  }

  /// An algorithm that was not built in, a level it does not have, and places where nothing is
  /// compressed.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    var problems: [PlacementProblem] = []
    if let algorithm = placement.value(Option.algorithm), let missing = algorithm.missingTrait {
      problems.append(.error(advice(algorithm, missing), option: Option.algorithm.name))
    }
    if placement.value(Option.algorithm) == .lz4, let level = placement.value(Option.level) ?? nil,
      level > 12
    {
      problems.append(.error("lz4 has levels from 1 to 12", option: Option.level.name))
    }
    if placement.outer.contains(where: { $0.id == id }) {
      problems.append(.error("a second compression has nothing to do; remove one of them"))
    }
    let keepsBytes = placement.inner.contains {
      $0.store.map { !$0.capabilities.contains(.objects) } ?? false
    }
    if !keepsBytes {
      problems.append(
        .warning(
          "compresses nothing here: it concerns tiers further in that keep bytes, and there is "
            + "none; move it before the tier it should shrink"))
    }
    return problems
  }
}
