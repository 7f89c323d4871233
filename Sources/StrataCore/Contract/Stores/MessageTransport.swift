// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Carries short messages between the nodes of a service: at most once, in no promised order.
///
/// `coherence` and `stampede-guard` speak over one. They number what they send and notice what is
/// missing, so a transport need not try again. A store that declares `.messages` conforms; what
/// only carries messages is a ``MessageBus``.
///
/// What a transport is held to:
/// - A subscriber is told `.subscribed` before the first message of each unbroken stretch, and
///   `.lost` as soon as the transport knows that messages may have been missed.
/// - After `.lost` it subscribes anew by itself, patiently, until the subscription is cancelled.
/// - A node's own messages come back to it.
/// - `receive` is called for one event at a time, in their order, and returns at once.
public protocol MessageTransport: AnyObject, Sendable {
  /// Sends a message to whoever has subscribed to `channel`. Throws where it may not have been
  /// sent; it may have been all the same.
  func publish(_ message: [UInt8], on channel: String) async throws

  /// Hands everything on `channel` to `receive`, until the subscription is cancelled.
  ///
  /// Returns without waiting for the subscription to stand: `.subscribed` says when it does.
  func subscribe(
    to channel: String, _ receive: @escaping @Sendable (TransportEvent) -> Void
  ) -> any TransportSubscription
}

/// What a subscriber is told.
public enum TransportEvent: Sendable, Hashable {
  /// The subscription stands: what is sent from now on will come.
  case subscribed
  /// A message came.
  case message([UInt8])
  /// The subscription has ended for now; messages may have been missed already.
  case lost
}

/// A subscription that was made.
public protocol TransportSubscription: AnyObject, Sendable {
  /// Ends the subscription. No event is handed out after this has returned, except one that is
  /// being handed out at this moment.
  func cancel()
}

/// A message transport that is declared among the stores of a plan and keeps no entries.
///
/// It needs only the transport's two functions and what every plugin has.
public protocol MessageBus: EntrylessStore, MessageTransport {}

extension MessageBus {
  /// Carries messages, and nothing else.
  public static var capabilities: StoreCapabilities { [.messages] }
}
