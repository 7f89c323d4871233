// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How a connection is encrypted and whom it trusts. Verification is on unless switched off.
public struct TLSOptions: Hashable, Sendable {
  /// Who vouches for the peer.
  public enum Trust: Hashable, Sendable {
    /// The system's certificate authorities.
    case system
    /// The authorities in this PEM file, and no others.
    case file(String)
  }

  /// What is checked of the peer.
  public enum Verification: Hashable, Sendable {
    /// Its certificate, and that it is for the name that was asked for.
    case full
    /// Its certificate only. Anyone with a certificate from the same authority can pose as the
    /// peer.
    case certificateOnly
    /// Nothing: whoever answers is believed. For tests.
    case none
  }

  /// A certificate and its private key, as PEM files. The certificate file holds the chain too.
  public struct Identity: Hashable, Sendable {
    /// The certificate, followed by its intermediates.
    public var certificateFile: String
    /// The private key, unencrypted.
    public var keyFile: String

    /// Creates an identity.
    public init(certificateFile: String, keyFile: String) {
      self.certificateFile = certificateFile
      self.keyFile = keyFile
    }
  }

  /// The protocol versions.
  public enum Version: Hashable, Sendable {
    /// TLS 1.2 and later.
    case v12
    /// TLS 1.3 and later.
    case v13
  }

  /// Who vouches for the peer.
  public var trust = Trust.system
  /// What a client checks of the server.
  public var verification = Verification.full
  /// The name that is sent and checked; the endpoint's host where it is `nil`.
  public var serverName: String?
  /// Who this side is: required of a listener, optional for a client.
  public var identity: Identity?
  /// Whether a listener demands a certificate of its clients, vouched for by ``trust``.
  public var requiresClientCertificate = false
  /// The oldest version that is accepted.
  public var minimumVersion = Version.v12

  /// Verified by the system's authorities.
  public init() {}
}
