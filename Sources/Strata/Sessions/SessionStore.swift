// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Sessions of users in any store: found by an unguessable id, alive while they are used.
///
/// ```swift
/// let sessions: SessionStore<Login> = try strata.sessions("web", in: "redis", idle: .seconds(1800))
/// let id = try await sessions.create(Login(user: 42))       // into a cookie
/// let login = try await sessions.load(id)                   // nil: log in again
/// ```
///
/// A session ends when it was not used for the idle time, when its whole lifetime is over, or when
/// somebody ends it. Changes of one session never overwrite each other, on any node.
public struct SessionStore<Session: Codable & Sendable>: Sendable {
  struct Record: Codable, Sendable {
    var session: Session
    var beganAt: Int64
    var usedAt: Int64
  }

  private let records: RecordStore<Record>
  private let runtime: CacheRuntime
  private let idle: Duration
  private let lifetime: Duration

  /// Creates sessions called `name` in a store. Ids of another name are not known here.
  public init(
    _ name: String, in store: any CacheStore, idle: Duration, lifetime: Duration,
    format: any PayloadCodec, runtime: CacheRuntime
  ) {
    records = RecordStore("session-\(name)", in: store, format: format, runtime: runtime)
    self.idle = idle
    self.lifetime = lifetime
    self.runtime = runtime
  }

  /// Begins a session and returns its id.
  public func create(_ session: Session) async throws -> SessionID {
    try await begin(session, at: runtime.now)
  }

  private func begin(_ session: Session, at beganAt: Timestamp) async throws -> SessionID {
    let id = SessionID.random()
    let now = runtime.now
    try await records.update(id.text) { _ in
      let record = Record(
        session: session, beganAt: beganAt.nanoseconds, usedAt: now.nanoseconds)
      return (decision(record, at: now), ())
    }
    return id
  }

  /// The session, which has been used now; `nil` where there is none or it has ended.
  public func load(_ id: SessionID) async throws -> Session? {
    // The time of use is written only when it has moved by a tenth of the idle time: most requests
    // read and write nothing.
    guard let record = try await records.read(id.text), isAlive(record) else { return nil }
    let unused = runtime.now.nanoseconds - record.usedAt
    if unused > idle.saturatingNanoseconds / 10 { _ = try await update(id) { _ in } }
    return record.session
  }

  /// Changes a session; returns what it is then, `nil` where there is none.
  ///
  /// `change` may be called again where another node came in between, each time with what that
  /// left.
  @discardableResult
  public func update(
    _ id: SessionID, _ change: @Sendable (inout Session) -> Void
  ) async throws -> Session? {
    try await records.update(id.text) { known in
      guard var record = known, isAlive(record) else { return (.leave, nil) }
      change(&record.session)
      let now = runtime.now
      record.usedAt = max(record.usedAt, now.nanoseconds)
      return (decision(record, at: now), record.session)
    }
  }

  /// Gives the session a new id and ends the old one: after a login, so that nobody who knew the id
  /// before is logged in by it. `nil` where there is none.
  public func rotate(_ id: SessionID) async throws -> SessionID? {
    let old = try await records.update(id.text) {
      known -> (RecordStore<Record>.Decision, Record?) in
      known.map(isAlive) == true ? (.remove, known) : (.leave, nil)
    }
    guard let old else { return nil }
    return try await begin(old.session, at: Timestamp(nanoseconds: old.beganAt))
  }

  /// Ends a session.
  public func end(_ id: SessionID) async throws { try await records.remove(id.text) }

  private func isAlive(_ record: Record) -> Bool {
    let now = runtime.now
    return now < Timestamp(nanoseconds: record.usedAt) + idle
      && now < Timestamp(nanoseconds: record.beganAt) + lifetime
  }

  private func decision(_ record: Record, at now: Timestamp) -> RecordStore<Record>.Decision {
    let left = Timestamp(nanoseconds: record.beganAt) + lifetime - now
    return .keep(record, for: min(idle, left))
  }
}
