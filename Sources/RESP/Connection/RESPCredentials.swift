// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A user and a password. They are sent to the server and shown to nobody.
public struct RESPCredentials: Sendable, Hashable {
  /// The ACL user; nil for the default user, as servers before version 6 know no other.
  public var user: String?
  /// The password.
  public var password: String

  /// The credentials of `user`, or of the default user.
  public init(user: String? = nil, password: String) {
    self.user = user
    self.password = password
  }
}

extension RESPCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
  /// A fixed text.
  public var description: String { "credentials withheld" }

  /// A fixed text.
  public var debugDescription: String { description }

  /// Shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
