// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The release that this command belongs to.
enum Version {
  /// The line that `strata --version` prints.
  static let text = "strata 0.1.0"
}
