// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One connection to a server, as a value: bytes and moments go in, actions come out.
///
/// It owns no socket, no clock and no task. Whoever does moves bytes between it and the transport
/// and asks `next` what is to be done:
///
/// ```
///   send(command) ──► slots: │ 7 │ 8 │ 9 │ … ──► unsent bytes ──► didSend ──► transport
///                              ▲ replies fill them in order
///   next() ◄── reply(7) ◄──────┘◄── frames ◄────────────────────── receive ◄── transport
///          ◄── push ◄── messages, which fill no slot
/// ```
///
/// **Whose reply is it?** RESP has no request numbers: the n-th reply belongs to the n-th command.
/// Each command takes a numbered slot when it is written, and the slot stays until its reply has
/// come, whether or not anyone still waits. A caller that gives up leaves the slot behind, and the
/// late reply is discarded there. A frame that fits no slot closes the connection, and so does
/// anything that is not RESP, because from then on no reply can be trusted to be whose it seems.
/// Commands that would break the count are not admitted.
///
/// **What is bounded?** Slots, unsent bytes, the size and shape of frames (`RESPConfiguration`),
/// the handshake, and the time that the oldest reply may be overdue.
///
/// **How is it driven?** After `receive`, `didSend` or `disconnected`, call `next` until it says
/// `wait`; when the clock reaches `nextDeadline`, call `expire` until it does. Moments are
/// nanoseconds of any one clock that never goes back.
public struct RESPConnection: ~Copyable, Sendable {
  /// The deadline of a command that may take for ever.
  public static var never: UInt64 { .max }

  /// How the connection behaves and what bounds it.
  public let configuration: RESPConfiguration

  /// What the server told about itself; nil before the handshake is done, and in RESP2.
  public internal(set) var server: RESPServer?

  /// The version spoken, once the handshake is done.
  public internal(set) var version = RESPVersion.resp2

  enum Phase {
    case handshaking
    case ready
    /// Owes replies and admits nothing.
    case draining
    /// Will say `close`.
    case ending
    case ended
  }

  var phase = Phase.handshaking
  var handshake: RESPHandshake
  /// Why the connection ended.
  var reason = RESPConnectionError.finished

  @usableFromInline
  var parser: RESPParser
  var writer = RESPWriter()
  var slots: RESPSlotRing

  /// Bytes taken over by the transport since the beginning.
  var sentBytes: UInt64 = 0
  /// Whether the transport will bring no more bytes.
  var isDisconnected = false
  /// Whether a command was refused as `full` and the owner was not told yet that there is room.
  var owesVacancy = false

  /// Slots that expect confirmations; RESP2 admits nothing else meanwhile.
  var openSubscriptions = 0
  /// What the server last said how many channels and patterns, and shard channels, are subscribed
  /// (RESP2).
  var subscribed: (channels: Int64, shardChannels: Int64) = (0, 0)

  /// No slot has an earlier deadline than this.
  var earliestDeadline = UInt64.max
  /// Where a search for expired slots goes on; nil when none is under way.
  var expiryPosition: UInt64?
  /// The oldest slot when it was last seen to be overdue, and since when.
  var overdue: (sequence: UInt64, since: UInt64)?
  /// When a caller was first told that its time is over since a reply last came in time, and which
  /// commands came after that.
  var late: (since: UInt64, next: UInt64)?
  /// Whether commands that came later were too late as well, for the whole grace.
  var isHopeless = false
  let handshakeDeadline: UInt64
  let grace: UInt64

  /// A connection whose transport has just opened; the handshake is among its unsent bytes.
  public init(_ configuration: RESPConfiguration = RESPConfiguration(), now: UInt64) {
    self.configuration = configuration
    parser = RESPParser(limits: configuration.limits)
    slots = RESPSlotRing(limit: configuration.outstanding)
    grace = configuration.grace.wholeNanoseconds
    handshakeDeadline = now.later(by: configuration.handshakeTimeout.wholeNanoseconds)
    handshake = RESPHandshake(configuration.session)
    handshake.begin(&writer)
  }

  /// Whether commands are admitted, room permitting.
  public var isReady: Bool { phase == .ready }

  /// Whether the connection has ended or is about to say so.
  public var isClosed: Bool { phase == .ending || phase == .ended }

  /// The number of commands whose replies have not come, waited for or not.
  public var outstanding: Int { slots.count }

  /// The number of commands that are admitted before the connection is full; for a group of
  /// commands that must all be sent or none.
  public var vacancies: Int {
    isReady && writer.count < configuration.unsentBytes ? slots.vacancies : 0
  }

  /// The frame that the last action was about, in place; a null after any other action.
  ///
  /// It can be lent to functions but not kept, and is gone with the next call.
  @inlinable
  public var frame: RESPFrame {
    _read { yield parser.frame }
  }

  mutating func finishHandshake() {
    version = handshake.version
    server = handshake.server
    phase = .ready
    writer.buffer.eraseConsumed()
  }

  /// Ends the connection; the first reason stands.
  mutating func end(_ reason: RESPConnectionError) {
    guard !isClosed else { return }
    self.reason = reason
    phase = .ending
    writer.buffer.consume(writer.count)
    writer.buffer.eraseConsumed()
  }
}
