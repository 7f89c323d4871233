// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if TLS
  import StrataCore
  import StrataNetwork
  import Testing

  @Suite("TLS") struct TLSTests {
    let files = Certificates.shared
    let network = SocketNetwork()

    @Test func `bytes pass both ways once the server has shown who it is`() async throws {
      let server = try await serve(files.server)
      let probe = Probe()
      let connection = try await network.connect(
        to: server.endpoint, options: trusting(), handler: probe)
      connection.write("a secret")
      #expect(await probe.until { $0.bytes.count == 8 }.text == "a secret")
      #expect(probe.heard.events == ["opened", "received"])
    }

    @Test func `megabytes pass whole and the end is seen as an end`() async throws {
      let heard = Hall()
      var options = ListenOptions()
      options.tls = identity(files.server)
      let listener = try await network.listen(at: .loopback, options: options) { heard.admit() }
      let probe = Probe()
      let connection = try await network.connect(
        to: listener.endpoint, options: trusting(), handler: probe)
      let sent = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 4) }
      connection.write(sent)
      connection.close()
      let guest = await heard.guest()
      let got = await guest.until(\.isClosed)
      #expect(got.bytes == sent)
      #expect(got.error == nil)
      #expect(await probe.until(\.isClosed).error == nil)
    }

    @Test(arguments: ["localhost", "127.0.0.1", "node1.cache.test", "NODE1.cache.test."])
    func `a certificate is good for each of its names`(name: String) async throws {
      var options = trusting()
      options.tls?.serverName = name
      #expect(await failure(files.server, options) == nil)
    }

    @Test(arguments: [
      "elsewhere.test", "cache.test", "a.b.cache.test", "127.0.0.2", "::1", "localhost.evil.test",
    ])
    func `a certificate is good for no other name`(name: String) async throws {
      var options = trusting()
      options.tls?.serverName = name
      let error = await failure(files.server, options)
      #expect(error?.code == .untrusted)
      #expect(error?.detail.contains("mismatch") == true)
    }

    @Test func `an unknown authority, a passed time and a wrong name are refused`() async throws {
      let stranger = await failure(files.server, ConnectOptions(tls: trust(files.otherAuthority)))
      #expect(stranger?.code == .untrusted)
      let old = await failure(files.expired, trusting())
      #expect(old?.code == .untrusted)
      #expect(old?.detail.contains("expired") == true)
      #expect(await failure(files.elsewhere, trusting())?.code == .untrusted)
      // The system's authorities do not know ours either.
      #expect(await failure(files.server, ConnectOptions(tls: TLSOptions()))?.code == .untrusted)
    }

    @Test func `a refused server never sees a byte of the application`() async throws {
      let hall = Hall()
      var options = ListenOptions()
      options.tls = identity(files.expired)
      let listener = try await network.listen(at: .loopback, options: options) { hall.admit() }
      let probe = Probe { event, connection, _ in if event == "opened" { connection.write("AUTH") }
      }
      _ = try? await network.connect(to: listener.endpoint, options: trusting(), handler: probe)
      #expect(probe.heard.events == [])
      listener.close()
      network.shutDown()
      #expect(await hall.guest().heard.bytes == [])
    }

    @Test func `verification relaxes only as far as asked`() async throws {
      var options = trusting()
      options.tls?.verification = .certificateOnly
      #expect(await failure(files.elsewhere, options) == nil)
      #expect(await failure(files.expired, options)?.code == .untrusted)
      options.tls?.verification = .none
      #expect(await failure(files.expired, options) == nil)
    }

    @Test func `full verification without a name is refused`() async throws {
      let path = "/tmp/strata-\(UInt64.random(in: 0 ... .max)).sock"
      let server = try await serve(files.server, at: .unix(path: path))
      await #expect {
        _ = try await network.connect(to: server.endpoint, options: trusting(), handler: Probe())
      } throws: {
        ($0 as? NetworkError)?.code == .untrusted
      }
      var options = trusting()
      options.tls?.serverName = "localhost"
      _ = try await network.connect(to: server.endpoint, options: options, handler: Probe())
    }

    @Test func `a listener that demands a certificate opens to clients with one only`() async throws
    {
      var listening = ListenOptions()
      listening.tls = identity(files.server)
      listening.tls?.trust = .file(files.authority)
      listening.tls?.requiresClientCertificate = true
      let listener = try await network.listen(at: .loopback, options: listening) { Probe.echo() }
      var options = trusting()
      options.tls?.identity = files.client
      let known = Probe()
      let connection = try await network.connect(
        to: listener.endpoint, options: options, handler: known)
      connection.write("known")
      #expect(await known.until { $0.bytes.count == 5 }.text == "known")
      // TLS 1.3 lets a client speak before the server has judged it: the refusal comes as the end.
      let unknown = Probe()
      do throws(NetworkError) {
        let connection = try await network.connect(
          to: listener.endpoint, options: trusting(), handler: unknown)
        connection.write("unknown")
        #expect(await unknown.until(\.isClosed).error != nil)
        #expect(unknown.heard.bytes == [])
      } catch {
        #expect(error.code == .untrusted)
      }
    }

    @Test func `a peer that answers in plain text is refused`() async throws {
      let listener = try await network.listen(at: .loopback) {
        Probe { event, connection, _ in
          if event == "received" { connection.write("+PONG\r\n+PONG\r\n") }
        }
      }
      await #expect {
        _ = try await network.connect(to: listener.endpoint, options: trusting(), handler: Probe())
      } throws: {
        ($0 as? NetworkError)?.code == .untrusted
      }
    }

    @Test func `a peer that never answers is given up at the deadline, or when cancelled`()
      async throws
    {
      let listener = try await network.listen(at: .loopback) { Probe() }
      var options = trusting()
      options.timeout = .milliseconds(50)
      #expect(await failure(at: listener.endpoint, options)?.code == .timedOut)
      options.timeout = .seconds(3_600)
      let task = Task { [options] in await failure(at: listener.endpoint, options) }
      await Task.yield()
      task.cancel()
      #expect(await task.value?.code == .cancelled)
    }

    @Test func `a stream that is cut off without a closure is an error`() async throws {
      // A relay that knows nothing of TLS cuts the server's half after the first answer.
      let server = try await serve(files.server)
      let relay = try await Relay.make(network, to: server.endpoint)
      var options = trusting()
      options.tls?.serverName = "localhost"
      let probe = Probe()
      let connection = try await network.connect(
        to: relay.endpoint, options: options, handler: probe)
      connection.write("x")
      await probe.until { $0.bytes.count == 1 }
      relay.hangUp()
      #expect(await probe.until(\.isClosed).error?.code == .reset)
    }

    @Test func `missing or wrong files are named`() async throws {
      var options = trusting()
      options.tls?.trust = .file("/tmp/no-such-authority.pem")
      let error = await failure(files.server, options)
      #expect(error?.code == .untrusted)
      #expect(error?.detail.contains("/tmp/no-such-authority.pem") == true)
      var listening = ListenOptions()
      listening.tls = TLSOptions()
      await #expect(throws: NetworkError.self) {
        _ = try await network.listen(at: .loopback, options: listening) { Probe() }
      }
      listening.tls = identity(
        TLSOptions.Identity(
          certificateFile: files.server.certificateFile, keyFile: files.client.keyFile))
      await #expect(throws: NetworkError.self) {
        _ = try await network.listen(at: .loopback, options: listening) { Probe() }
      }
    }

    @Test(arguments: 1...64)
    func `any damaged byte ends the connection and nothing false is delivered`(
      position: Int
    ) async throws {
      // Closes after its answer, so that a client which waits for a record's end gets to know.
      var listening = ListenOptions()
      listening.tls = identity(files.server)
      let server = try await network.listen(at: .loopback, options: listening) {
        let left = Shared(4_000)
        return Probe { _, connection, bytes in
          guard let bytes else { return }
          connection.write(bytes)
          if left.withLock({
            $0 -= bytes.count; return $0 == 0
          }) {
            connection.close()
          }
        }
      }
      let relay = try await Relay.make(network, to: server.endpoint, damaging: position * 61)
      var options = trusting()
      options.tls?.serverName = "localhost"
      options.timeout = .seconds(2)
      let probe = Probe { event, connection, _ in
        if event == "opened" { connection.write([UInt8](repeating: 0x61, count: 4_000)) }
      }
      do throws(NetworkError) {
        _ = try await network.connect(to: relay.endpoint, options: options, handler: probe)
        let heard = await probe.until(\.isClosed)
        #expect(heard.bytes.allSatisfy { $0 == 0x61 })
        #expect(heard.error != nil || heard.bytes.count == 4_000)
      } catch {
        #expect([.untrusted, .reset, .timedOut].contains(error.code))
      }
    }
  }

  extension TLSTests {
    private func trust(_ authority: String) -> TLSOptions {
      var options = TLSOptions()
      options.trust = .file(authority)
      return options
    }

    private func trusting() -> ConnectOptions {
      var options = ConnectOptions(tls: trust(files.authority))
      options.timeout = .seconds(120)  // no test may fail because the machine is busy
      return options
    }

    private func identity(_ identity: TLSOptions.Identity) -> TLSOptions {
      var options = TLSOptions()
      options.identity = identity
      return options
    }

    private func serve(
      _ identity: TLSOptions.Identity, at endpoint: Endpoint = .loopback
    ) async throws -> any Listener {
      var options = ListenOptions()
      options.tls = self.identity(identity)
      return try await network.listen(at: endpoint, options: options) { Probe.echo() }
    }

    private func failure(
      _ identity: TLSOptions.Identity, _ options: ConnectOptions
    ) async -> NetworkError? {
      guard let server = try? await serve(identity) else {
        return NetworkError(.failed, operation: "serve")
      }
      return await failure(at: server.endpoint, options)
    }

    private func failure(at endpoint: Endpoint, _ options: ConnectOptions) async -> NetworkError? {
      do throws(NetworkError) {
        try await network.connect(to: endpoint, options: options, handler: Probe()).close()
        return nil
      } catch {
        return error
      }
    }
  }
#endif
