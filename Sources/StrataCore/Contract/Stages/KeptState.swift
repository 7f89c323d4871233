// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What the stages of one cache keep when the plan is reloaded: one object of each type.
///
/// A reload builds every stage anew. What must not begin anew with it (counters, a generation of
/// keys, what was learnt about them) lives in an object that the new stage finds here.
public final class KeptState: Sendable {
  private let objects = Lock<[ObjectIdentifier: any AnyObject & Sendable]>([:])

  /// Creates an empty keep.
  public init() {}

  /// The object of this type, made by `make` where there is none yet.
  public func object<Object: AnyObject & Sendable>(
    _ type: Object.Type = Object.self, _ make: () -> Object
  ) -> Object {
    objects.withLock { objects in
      if let known = objects[ObjectIdentifier(type)] as? Object { return known }
      let made = make()
      objects[ObjectIdentifier(type)] = made
      return made
    }
  }
}
