// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import Synchronization

/// The generation of one cache's keys: moving it makes every key another one.
///
/// Generation 0 leaves no trace in keys; every other is appended to them as `:~g3`, which no part
/// gives. Entries of other generations stay where they are until their time is over.
public final class KeyGeneration: Sendable {
  @usableFromInline let current: Atomic<Int>

  /// Begins at a generation.
  public init(_ number: Int = 0) { current = Atomic(max(0, number)) }

  /// The generation in which keys are made now.
  @inlinable public var number: Int { current.load(ordering: .relaxed) }

  /// Makes keys in another generation from now on.
  public func move(to number: Int) { current.store(max(0, number), ordering: .relaxed) }
}
