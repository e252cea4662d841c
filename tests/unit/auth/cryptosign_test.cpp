// Cryptosign against the test vectors of the chapter, and what a router must not be taken in by.
#include "common/auth/cryptosign.hpp"

#include "common/auth/octets.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;

namespace {

/// rfc/text/advanced/authentication_cryptosign, test_vectors_1; all in hex.
struct Vector {
    const char* channel_id;
    const char* private_key;
    const char* challenge;
    const char* signature;
};
constexpr Vector vectors[] = {
    {"", "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510",
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     "b32675b221f08593213737bef8240e7c15228b07028e19595294678c90d11c0c"
     "ae80a357331bfc5cc9fb71081464e6e75013517c2cf067ad566a6b7b728e5d03"
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
    {"", "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd",
     "b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d",
     "d4209ad10d5aff6bfbc009d7e924795de138a63515efc7afc6b01b7fe5201372"
     "190374886a70207b042294af5bd64ce725cd8dceb344e6d11c09d1aaaf4d660f"
     "b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d"},
    {"", "6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b",
     "b05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2",
     "7beb282184baadd08f166f16dd683b39cab53816ed81e6955def951cb2ddad1e"
     "c184e206746fd82bda075af03711d3d5658fc84a76196b0fa8d1ebc92ef9f30b"
     "b05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2"},
    {"62e935ae755f3d48f80d4d59f6121358c435722a67e859cc0caa8b539027f2ff",
     "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510",
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     "9b6f41540c9b95b4b7b281c3042fa9c54cef43c842d62ea3fd6030fcb66e70b3"
     "e80d49d44c29d1635da9348d02ec93f3ed1ef227dfb59a07b580095c2b82f80f"
     "9d16ca518aa0c2b707f2b2a609edeca73bca8dd59817a633f35574ac6fd80d00"},
    {"62e935ae755f3d48f80d4d59f6121358c435722a67e859cc0caa8b539027f2ff",
     "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd",
     "b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d",
     "305aaa3ac25e98f651427688b3fc43fe7d8a68a7ec1d7d61c61517c519bd4a42"
     "7c3015599d83ca28b4c652333920223844ef0725eb5dc2febfd6af7677b73f01"
     "d0852a29b460fc92ec943242ac638a053bbacc200512b18b30d15083cbdc9282"},
    {"62e935ae755f3d48f80d4d59f6121358c435722a67e859cc0caa8b539027f2ff",
     "6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b",
     "b05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2",
     "ee3c7644fd8070532bc1fde3d70d742267da545d8c8f03e63bda63f1ad4214f4"
     "d2c4bfdb4eb9526def42deeb7e31602a6ff99eba893e0a4ad4d45892ca75e608"
     "d2b75e24a189a7f78ca776ba36fc53f6c3e31c32f251f2c524f0a44202f2902d"},
};

std::string octets(std::string_view hex) { return from_hex(hex).value(); }

struct Pair {
    std::string private_key = std::string(32, 'k');
    std::string public_key = cryptosign_public_key(private_key).value();
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cryptosign)

BOOST_AUTO_TEST_CASE(the_chapters_vectors_come_out) {
    for (const Vector& vector : vectors) {
        const std::string key = octets(vector.private_key);
        const std::string challenge = octets(vector.challenge);
        const std::string channel = octets(vector.channel_id);
        const auto public_key = cryptosign_public_key(key);

        BOOST_TEST(cryptosign_sign(key, challenge, channel) == vector.signature);
        BOOST_TEST(cryptosign_fits(*public_key, challenge, channel, vector.signature));
    }
}

BOOST_AUTO_TEST_CASE(a_signature_of_another_challenge_does_not_fit) {
    const Pair pair;
    const std::string old = cryptosign_sign(pair.private_key, std::string(32, 'o'), "");

    BOOST_TEST(cryptosign_fits(pair.public_key, std::string(32, 'o'), "", old));
    BOOST_TEST(!cryptosign_fits(pair.public_key, std::string(32, 'n'), "", old));
}

BOOST_AUTO_TEST_CASE(a_signature_of_another_channel_does_not_fit) {
    const Pair pair;
    const std::string challenge(32, 'c');
    const std::string bound = cryptosign_sign(pair.private_key, challenge, std::string(32, 'x'));

    BOOST_TEST(cryptosign_fits(pair.public_key, challenge, std::string(32, 'x'), bound));
    BOOST_TEST(!cryptosign_fits(pair.public_key, challenge, std::string(32, 'y'), bound));
    BOOST_TEST(!cryptosign_fits(pair.public_key, challenge, "", bound));
}

BOOST_AUTO_TEST_CASE(a_signature_of_another_key_does_not_fit) {
    const Pair pair;
    const std::string challenge(32, 'c');
    const std::string answer = cryptosign_sign(std::string(32, 'z'), challenge, "");

    BOOST_TEST(!cryptosign_fits(pair.public_key, challenge, "", answer));
    BOOST_TEST(!cryptosign_fits("short", challenge, "", answer));
}

BOOST_AUTO_TEST_CASE(what_is_no_signature_does_not_fit) {
    const Pair pair;
    const std::string challenge(32, 'c');
    const std::string answer = cryptosign_sign(pair.private_key, challenge, "");
    std::string bent = answer;
    bent[3] = bent[3] == '0' ? '1' : '0';

    for (const std::string& text : {std::string(), std::string(192, 'g'), answer.substr(2),
                                    answer + "00", answer.substr(0, 128), bent}) {
        BOOST_TEST(!cryptosign_fits(pair.public_key, challenge, "", text));
    }
}

BOOST_AUTO_TEST_CASE(hex_is_read_in_either_case) {
    BOOST_TEST(to_hex(octets("00fFA5")) == "00ffa5");
    BOOST_TEST(!from_hex("0"));
    BOOST_TEST(!from_hex("0g"));
    BOOST_TEST(!cryptosign_public_key("short"));
}

BOOST_AUTO_TEST_SUITE_END()
