// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What became of one key: the outcome and, where there is one, the entry.
///
/// A value in behaviour, one reference in size, since every stage hands it on.
public struct KeyReply: Sendable {
  private var box: Box

  /// Creates a result.
  public init(_ outcome: Outcome, entry: Entry? = nil, lease: Lease? = nil) {
    box = Box(Fields(outcome: outcome, entry: entry, lease: lease))
  }

  /// What became of it.
  public var outcome: Outcome {
    _read { yield box.fields.outcome }
    _modify { yield &own.outcome }
  }

  /// The entry found, loaded or written.
  public var entry: Entry? {
    _read { yield box.fields.entry }
    _modify { yield &own.entry }
  }

  /// The lease under which the entry was read or loaded; tiers further out store under it.
  public var lease: Lease? {
    _read { yield box.fields.lease }
    _modify { yield &own.lease }
  }

  /// Why tiers further out must not store the entry, where they must not.
  public var unstorable: RefusalReason? {
    get { box.fields.unstorable }
    _modify { yield &own.unstorable }
  }

  /// Why no tier had a fresh entry, where none had: also said of what was loaded then.
  public var missReason: MissReason? {
    get { box.fields.missReason }
    _modify { yield &own.missReason }
  }

  /// The load ran for several callers at once, and another of them stores it.
  public var isShared: Bool {
    get { box.fields.isShared }
    _modify { yield &own.isShared }
  }

  /// The remaining lifetime that was asked for.
  public var remaining: Duration? {
    get { box.fields.remaining }
    _modify { yield &own.remaining }
  }

  /// The version that a store gave to the change, for a token.
  public var version: Version? {
    get { box.fields.version }
    _modify { yield &own.version }
  }

  /// Of a value that was loaded: the versions under which tiers take it, from before the load
  /// began.
  var fillVersions: [String: Version]? {
    get { box.fields.fillVersions }
    _modify { yield &own.fillVersions }
  }

  /// Whether an entry came from the loader or a write just now, or from a tier further in.
  public var canFill: Bool {
    guard entry != nil, lease != nil, unstorable == nil, !isShared else { return false }
    switch outcome {
    case .hit, .loaded, .renewed, .done: return true
    case .stale, .miss, .refused, .failed: return false
    }
  }
}

extension KeyReply {
  fileprivate struct Fields: Sendable {
    var outcome: Outcome
    var entry: Entry?
    var lease: Lease?
    var unstorable: RefusalReason?
    var missReason: MissReason?
    var isShared = false
    var remaining: Duration?
    var version: Version?
    var fillVersions: [String: Version]?
  }

  fileprivate final class Box: @unchecked Sendable {
    // Sendable: changed only by `own`, which copies a box that anybody else refers to. So accesses
    // never overlap either, and are not checked at run time.
    @exclusivity(unchecked) var fields: Fields
    init(_ fields: Fields) { self.fields = fields }
  }

  /// The fields to change: this reply's alone, copied first where another reply has them too.
  private var own: Fields {
    get { box.fields }
    _modify {
      if !isKnownUniquelyReferenced(&box) { box = Box(box.fields) }
      yield &box.fields
    }
  }
}
