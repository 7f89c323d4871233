// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// What may be said of a cache: the keys of a block under `caches`.
///
/// They are declared like the options of a plugin, so that files are checked, documented and
/// completed by editors in the same way.
public enum CacheSettings {
  /// `ttl`
  public static let ttl = PluginOption(
    "ttl", .duration, "How long a value is fresh.")
  /// `max-stale`
  public static let maxStale = PluginOption(
    "max-stale", .duration, default: .zero,
    "How long after that it may be served stale, where a stage does so.")
  /// `pipeline`
  public static let pipeline = PluginOption(
    "pipeline", .node, "The stages a request passes; the first is the outermost.")
  /// `key`
  public static let key = PluginOption(
    "key", .optional(.text), default: nil,
    "How a key is made from arguments, such as user:{id}; from the arguments in their order if left out."
  )
  /// `arguments`
  public static let arguments = PluginOption(
    "arguments", .optional(.list(.text)), default: nil,
    "The names of the arguments in their order, where the key leaves some out or reorders them.")
  /// `namespace`
  public static let namespace = PluginOption(
    "namespace", .optional(.text), default: nil,
    "What every key begins with; the name of the cache if left out.")
  /// `version`
  public static let version = PluginOption(
    "version", .optional(.integer(0...1_000_000_000)), default: nil,
    "The number of the key's format: raise it to leave every old entry behind.")
  /// `codec`
  public static let codec = PluginOption(
    "codec", .text, default: "binary", "What turns values into bytes, for tiers that hold bytes.")
  /// `timeout`
  public static let timeout = PluginOption(
    "timeout", .optional(.duration), default: nil,
    "How long a call may take where it does not say so itself.")

  /// All of them, in the order in which they are documented.
  public static let all: [any OptionDeclaration] = [
    key, arguments, ttl, maxStale, pipeline, namespace, version, codec, timeout,
  ]
}
