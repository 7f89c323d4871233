// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Why an envelope was not accepted. Always a miss for the caller, and counted by this word.
public enum EnvelopeError: String, Error, Hashable, Sendable, CaseIterable {
  /// It is no envelope, or one of a format this release does not know.
  case foreign
  /// It ends too early, or a length in it is impossible.
  case truncated
  /// Its checksum does not fit.
  case damaged
  /// It belongs to another key.
  case wrongKey = "wrong-key"
  /// It holds a value of another type.
  case wrongSchema = "wrong-schema"
  /// It was made by another codec.
  case wrongCodec = "wrong-codec"
  /// It was transformed (compressed, encrypted) by something this pipeline does not have.
  case unknownTransform = "unknown-transform"
  /// A transform refused it: a wrong key, a failed authentication, a bomb.
  case refusedByTransform = "refused-by-transform"
  /// It lacks a transform on which this pipeline insists: encryption, a signature.
  case unsealed
  /// An inspector refused the value.
  case refusedByInspector = "refused-by-inspector"
  /// Its payload is no value of the codec.
  case undecodable
}
