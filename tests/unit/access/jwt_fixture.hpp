#pragma once
// Keys and tokens made once by python3-cryptography: claims iss https://issuer.example, sub joe,
// aud kreisel, role frontend, exp 1700003600.

#include <string>

namespace kreisel::test {

inline const std::string rsa_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0JNJhvNvTCLvlJ4Hsq9H\n"
    "SEeMg4HPGdJW59aZ8Lp3QVar9SV81t3nOBq2ERp7y4FrW9c2mfOTxaGFMbp9nv33\n"
    "R8AxvgEo6vyVIEsC61Ym8L9ss9aw1pcN2HzTCcojAQNWi02lOhMXBxw1UJzF9lj1\n"
    "jw7McRzcIHe+w6Ly1Fuz9sOIDZBquzFv8jzAoHfwCIIV2Dj2pETQJ+rZXAOxGCZN\n"
    "idGOXqT7jbxX9oGH0M3lLB4wjoQ5FoamYtKAbUfjPyFv33ZvOxDcWKVeKAwDSiU1\n"
    "4JxFBm+5fLfYdxoB/y6c5NVQGe5IVXbVMs0sijheq57Bwlgb1mlvM/DhRdPRdxBN\n"
    "AQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
inline const std::string rsa_token =
    "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYTEifQ.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlI"
    "iwic3ViIjoiam9lIiwiYXVkIjoia3JlaXNlbCIsInJvbGUiOiJmcm9udGVuZCIsImV4cCI6MTcwMDAwM"
    "zYwMH0.vFZKfYEU-9NCOJIwqBgaYPyLIQXWBCdLnVZc-3zHhKi5hKRfORyrwm0LAqapczDFkFtbsiPYX"
    "6oXlPrdWWVjeoPmLHHklWVxsMOolIMdCTyQvx9xJ73Ug7Qb4GykJKozqaQqxhWHSjk3Zq3bF6c2z11ZR"
    "S8FtOFlddSsRLuCHj3OwCL4tSQwsEPB6dSP42KpfSsVlkcTI4q215ZfVCGhtJm92mA1aHQPGBeDtxEjz"
    "JizpNP-zY6B236faJwkYn_w7oajTS3OJot1mxhc2EJ98cApUHm1Kw8gxCOGvUlBA5IjrQl_Ij2XUGJko"
    "SKzCRIyu-fex47-_fwH9RS8IHdSOw";
inline const std::string ed25519_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAcAQo5ALsR/R0gyNxdDHg2vAGPWSLZk9QWMG9XkeQvX8=\n"
    "-----END PUBLIC KEY-----\n";
inline const std::string ed25519_token =
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkMSJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiw"
    "ic3ViIjoiam9lIiwiYXVkIjoia3JlaXNlbCIsInJvbGUiOiJmcm9udGVuZCIsImV4cCI6MTcwMDAwMzY"
    "wMH0.Pg9XGwKq7rq2PBtA1iRrMw1EGYp1X0aqrARTKMbFAP7sACHVmf0BDHyv-bVe8336FrRsmRpX_ii"
    "vKjOUTBwMBw";
inline const std::string key_set =
    "{\"keys\": [{\"kty\": \"RSA\", \"kid\": \"rsa1\", \"use\": \"sig\", \"alg\": \"RS256\", "
    "\"n\": \"0JNJ"
    "hvNvTCLvlJ4Hsq9HSEeMg4HPGdJW59aZ8Lp3QVar9SV81t3nOBq2ERp7y4FrW9c2mfOTxaGFMbp9nv33"
    "R8AxvgEo6vyVIEsC61Ym8L9ss9aw1pcN2HzTCcojAQNWi02lOhMXBxw1UJzF9lj1jw7McRzcIHe-w6Ly"
    "1Fuz9sOIDZBquzFv8jzAoHfwCIIV2Dj2pETQJ-rZXAOxGCZNidGOXqT7jbxX9oGH0M3lLB4wjoQ5Foam"
    "YtKAbUfjPyFv33ZvOxDcWKVeKAwDSiU14JxFBm-5fLfYdxoB_y6c5NVQGe5IVXbVMs0sijheq57Bwlgb"
    "1mlvM_DhRdPRdxBNAQ\", \"e\": \"AQAB\"}, {\"kty\": \"OKP\", \"crv\": \"Ed25519\", \"kid\": "
    "\"ed1\""
    ", \"x\": \"cAQo5ALsR_R0gyNxdDHg2vAGPWSLZk9QWMG9XkeQvX8\"}, {\"kty\": \"EC\", \"crv\": \"P-2"
    "56\", \"kid\": \"other\", \"x\": \"AA\", \"y\": \"AA\"}]}";
inline const std::string short_rsa_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDEpZzD0D0lOWZ1CnuCUECapTMC\n"
    "GO7wcKctsVCr4Z8vz8zfJFks8obba67WI1Cw018bw1eGmnDX1QsZlx/8KKIORoqO\n"
    "xh0I0zK7rPwSv11F49G6cob740bCVgq2uRFpbxVr6pKDV4qb2lAK+F2pjMBaHXpc\n"
    "uJzEwx7QAEJ6C6OwJQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

}  // namespace kreisel::test
