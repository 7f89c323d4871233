// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A shared store that tells its nodes by itself what others have changed in it, such as a server
/// that keeps track of who has read what.
///
/// `coherence` with `by: changes` listens to it in the place of messages between the nodes. A store
/// that declares `.changes` conforms.
///
/// What a store is held to:
/// - Between `.watching` and `.lost` every change that another node makes to an entry this node
///   may have read, or to the mark of a tag, is told. Changes of entries nobody has read may be.
/// - A node's own changes may be told too, with the version that they bear.
/// - After `.lost` it watches anew by itself, until the subscription is cancelled.
/// - `receive` is called for one event at a time, and returns at once.
public protocol WatchedStore: CacheStore {
  /// Hands changes in a namespace to `receive`, until the subscription is cancelled. Returns
  /// without waiting: `.watching` says from when on nothing is missed.
  func watch(
    _ namespace: String, _ receive: @escaping @Sendable (StoreChange) -> Void
  ) -> any TransportSubscription

  /// Makes sure that changes are told at this moment; throws where that cannot be shown.
  func checkWatch() async throws
}

/// What a watched store tells.
public enum StoreChange: Sendable, Hashable {
  /// From now on every change is told.
  case watching
  /// Entries were written or removed.
  case changed([ChangedKey])
  /// A tag was invalidated.
  case invalidated(Tag)
  /// Everything was removed, or a mark covers everything.
  case cleared
  /// Changes may have been missed.
  case lost
}
