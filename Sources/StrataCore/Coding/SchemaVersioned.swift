// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A value type that numbers its own stored form.
///
/// Adopt it where ``PayloadSchema`` cannot see a change (a hand-written `init(from:)` that branches
/// on what it reads, a raw-valued enumeration whose meaning moved), or to keep stored values alive
/// across a change that you know old bytes survive. The type's fingerprint is then made of its name
/// and this number alone; its `init(from:)` is not looked at.
public protocol SchemaVersioned {
  /// The version of the stored form. Raise it whenever old bytes must not be read any more.
  static var schemaVersion: UInt64 { get }
}
