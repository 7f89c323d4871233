// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Where the writes of a cache end up: a database, a service, a file.
///
/// ```swift
/// final class Orders: WriteSink {
///   func apply(_ batch: WriteBatch) async throws {
///     try await database.transaction { transaction in
///       for write in batch.writes {
///         switch write.change {
///         case .upsert(let bytes): try await transaction.save(write.keyText, bytes)
///         case .delete: try await transaction.delete(write.keyText)
///         }
///       }
///     }
///   }
/// }
/// try registry.register(sink: "orders", Orders())      // `sink: orders` in a plan
/// ```
///
/// A sink that is built from a block of YAML is a ``SinkStore`` and stands among the plan's stores.
public protocol WriteSink: AnyObject, Sendable {
  /// Carries out every change of the batch, or none: in one transaction.
  ///
  /// Throw a ``SinkError`` to say what kind of failure it was. After any failure the same changes
  /// may come again, also where they were carried out after all; so may the last ones after a crash
  /// (see ``WriteBatch/writes(after:)``).
  func apply(_ batch: WriteBatch) async throws
}

/// A sink that is declared among the stores of a plan and keeps no entries.
public protocol SinkStore: EntrylessStore, WriteSink {}

extension SinkStore {
  /// Takes writes, and nothing else.
  public static var capabilities: StoreCapabilities { [.writes] }
}

/// Why a sink did not carry out a batch.
public struct SinkError: Error, Sendable, CustomStringConvertible {
  /// What to do about it.
  public enum Kind: String, Sendable, Hashable {
    /// The sink cannot be reached or is busy: the same batch is tried again until it works.
    case unavailable
    /// A change will never be accepted as it is: it is set aside, and the others go on.
    case rejected
  }

  /// What to do about it.
  public var kind: Kind
  /// The position in the batch of the change that was rejected, where it is known.
  public var position: Int?
  /// What happened, in words that hold neither keys nor values.
  public var reason: String

  /// Creates an error.
  public init(_ kind: Kind, _ reason: String, position: Int? = nil) {
    self.kind = kind
    self.reason = reason
    self.position = position
  }

  /// What happened.
  public var description: String { "\(kind.rawValue): \(reason)" }
}
