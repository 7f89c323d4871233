// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// One thing that a random test does to a cache. Times are whole seconds, keys small numbers.
enum Step: Sendable {
  case read([Int], ReadOptions, Load?)
  case write([Int], WriteOptions)
  case remove([Int])
  case expire([Int])
  case touch([Int], ttl: Int)
  case lifetime([Int])
  case invalidate([Int])
  case clear
  case wait(Int)
}

/// What a random read asks for.
struct ReadOptions: Sendable {
  var refresh = false
  var allowsStale = false
  var skipReading = Skip.none
  var skipWriting = Skip.none
  var ttl: Int?
  var tags: [Int] = []
}

/// What a random write asks for.
struct WriteOptions: Sendable {
  var ttl: Int?
  var tags: [Int] = []
  var isStorable = true
  var skipWriting = Skip.none
}

/// Which tiers a step leaves out.
enum Skip: Sendable, Equatable {
  case none
  case all
  case tier(Int)

  var selection: TierSelection {
    switch self {
    case .none: .none
    case .all: .all
    case .tier(let index): .named(["t\(index)"])
    }
  }

  func contains(_ tier: String) -> Bool { selection.contains(tier) }
}

/// How a random loader behaves.
struct Load: Sendable {
  enum End: Sendable, CaseIterable {
    case value, notFound, fails, reportsFailure, notModified
  }

  var end = End.value
  var isBulk = false
  var ttl: Int?
  var maxStale: Int?
  var tags: [Int] = []
  var isStorable = true
}

extension Step: CustomStringConvertible {
  var description: String {
    switch self {
    case .read(let keys, let options, let load):
      "read \(keys)\(options)\(load.map { " \($0)" } ?? "")"
    case .write(let keys, let options): "write \(keys)\(options)"
    case .remove(let keys): "remove \(keys)"
    case .expire(let keys): "expire \(keys)"
    case .touch(let keys, let ttl): "touch \(keys) ttl \(ttl)s"
    case .lifetime(let keys): "lifetime \(keys)"
    case .invalidate(let tags): "invalidate tags \(tags)"
    case .clear: "clear"
    case .wait(let seconds): "wait \(seconds)s"
    }
  }
}

extension ReadOptions: CustomStringConvertible {
  var description: String {
    (refresh ? ", refresh" : "") + (allowsStale ? ", stale allowed" : "")
      + (skipReading == .none ? "" : ", reading past \(skipReading)")
      + (skipWriting == .none ? "" : ", writing past \(skipWriting)")
      + (ttl.map { ", ttl \($0)s" } ?? "") + (tags.isEmpty ? "" : ", tags \(tags)")
  }
}

extension WriteOptions: CustomStringConvertible {
  var description: String {
    (ttl.map { ", ttl \($0)s" } ?? "") + (tags.isEmpty ? "" : ", tags \(tags)")
      + (isStorable ? "" : ", not storable")
      + (skipWriting == .none ? "" : ", writing past \(skipWriting)")
  }
}

extension Load: CustomStringConvertible {
  var description: String {
    ", \(isBulk ? "bulk loader" : "loader"): \(end)" + (ttl.map { " for \($0)s" } ?? "")
      + (maxStale.map { " stale \($0)s" } ?? "") + (tags.isEmpty ? "" : " under \(tags)")
      + (isStorable ? "" : " not to be stored")
  }
}
