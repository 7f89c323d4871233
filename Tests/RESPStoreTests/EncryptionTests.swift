// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import RESP
import RESPStore
import RedisServer
import StrataCore
import StrataNetwork
import StrataTesting
import Testing

@Suite("Over TLS, and never around it")
struct EncryptionTests {
  @Test func `a verified server is used, any other gets no byte of ours`() async throws {
    let files = try Certificate.make()
    var options = RedisServer.Options([
      "--tls-cert-file", files.certificate, "--tls-key-file", files.key, "--tls-ca-cert-file",
      files.certificate, "--tls-auth-clients", "no", "--requirepass", "pw",
    ])
    options.isEncrypted = true
    let server = try await RedisServer.start(options)
    defer { server.stop() }
    let good = try await isServed(
      "rediss://:pw@localhost:\(server.port)", ["tls-authority": files.certificate])
    #expect(good)
    let stranger = try await isServed("rediss://:pw@localhost:\(server.port)", [:])
    #expect(!stranger, "an authority that nobody named")
    let other = try await isServed(
      "rediss://:pw@localhost:\(server.port)",
      ["tls-authority": files.certificate, "tls-server-name": "elsewhere.test"])
    #expect(!other, "a certificate for another name")
    let plain = try await isServed("redis://:pw@localhost:\(server.port)", [:])
    #expect(!plain, "a server that speaks TLS, in plain text")
  }

  @Test func `a peer without TLS sees a handshake and no password`() async throws {
    let network = SocketNetwork()
    defer { network.shutDown() }
    let heard = Record<[UInt8]>()
    let listener = try await network.listen(at: .loopback) { Eavesdropper(heard) }
    let port = listener.endpoint.port ?? 0
    let served = try await isServed("rediss://app:hunter2@localhost:\(port)", [:])
    #expect(!served)
    let all = heard.all.flatMap { $0 }
    #expect(all.first == 0x16, "a TLS record")
    for secret in ["hunter2", "AUTH", "HELLO", "strata"] {
      let bytes = Array(secret.utf8)
      let isThere = all.indices.contains { all[$0...].starts(with: bytes) }
      #expect(!isThere, "\(secret)")
    }
  }

  private func isServed(_ url: String, _ options: [String: String]) async throws -> Bool {
    let world = World()
    let store = try world.store(
      options.merging(["url": url, "timeout": "2s"]) { $1 })
    try await store.open()
    let written = try? await store.set(.one(world.write("users:1", "x")))
    await store.close()
    if case .stored = written?.first { return true }
    return false
  }
}

/// Notes what it hears, and answers what is no TLS.
private final class Eavesdropper: ConnectionHandler {
  private let heard: Record<[UInt8]>
  init(_ heard: Record<[UInt8]>) { self.heard = heard }

  func received(_ bytes: UnsafeRawBufferPointer, on connection: any Connection) {
    heard.add(Array(bytes))
    connection.write("-ERR unknown command\r\n")
  }
  func closed(_ connection: any Connection, error: NetworkError?) {}
}

/// A certificate for `localhost`, made by the `openssl` command, which vouches for itself.
private struct Certificate {
  let certificate: String
  let key: String

  static func make() throws -> Certificate {
    let folder = NSTemporaryDirectory() + "strata-tls-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let made = Certificate(certificate: "\(folder)/cert.pem", key: "\(folder)/key.pem")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
      "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
      "-keyout", made.key, "-out", made.certificate,
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "openssl makes no certificate")
    return made
  }
}
