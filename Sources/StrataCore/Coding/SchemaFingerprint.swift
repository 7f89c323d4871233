// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The fingerprint of a value type's stored form: what tells an entry of today's `User` from one
/// that last month's `User` wrote.
public enum SchemaFingerprint {
  /// The fingerprint of `type`, computed once per type and process.
  ///
  /// The same in every process and build as long as the type's name and its shape are the same;
  /// see ``PayloadSchema`` for what counts as shape and where the limits are.
  public static func of<Value>(_ type: Value.Type) -> UInt64 { PayloadSchema.of(type).fingerprint }
}
