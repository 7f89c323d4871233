// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What is wrong with bytes. Containers turn it into a `DecodingError` with the path to the place.
enum WireFault: Error {
  /// The bytes end in the middle of a value.
  case truncated
  /// A value of another kind stands where this one is wanted.
  case mismatch
  /// `nil` stands where a value is wanted.
  case null
  /// A number that its type cannot hold.
  case overflow
  /// Text that is not UTF-8.
  case invalidText
  /// Something this codec never writes.
  case malformed
  /// More containers in each other than allowed.
  case tooDeep
  /// The payload of another type, or of another version of this one.
  case otherType
  /// The decoder outlived the call that made it, or its container has no more elements.
  case exhausted

  var explanation: String {
    switch self {
    case .truncated: "The payload ends in the middle of a value."
    case .mismatch: "The payload holds a value of another kind here."
    case .null: "The payload holds nil here."
    case .overflow: "The payload holds a number here that does not fit."
    case .invalidText: "The payload holds text here that is not UTF-8."
    case .malformed: "The payload is damaged."
    case .tooDeep: "The payload nests too deeply."
    case .otherType: "The payload belongs to another type or version of the type."
    case .exhausted: "There is no value left here."
    }
  }
}
