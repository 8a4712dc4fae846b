import pytest

from rag.errors import QuestionError
from rag.question import LONGEST, for_reading, is_foreign, kind_of, may_ask_what, understand


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("when did Putin thank Trump", "en", "when"),
        ("kapan Putin berterima kasih kepada Trump", "id", "when"),
        ("On what day did they talk?", "en", "when"),
        ("tanggal berapa Putin menelepon Trump?", "id", "when"),
        ("siapa direktur CIA?", "id", "who"),
        ("How long was the call?", "en", "number"),
        ("berapa lama mereka bicara?", "id", "number"),
        ("di mana kedua pemimpin bertemu?", "id", "where"),
        ("Did Trump thank the FBI?", "en", "yesno"),
        ("Apakah Putin menelepon Trump?", "id", "yesno"),
        ("Which agency helped?", "en", "open"),
        ("Mengapa Rusia jadi target?", "id", "open"),
        ("He called in 2017 and again in 2019. Can you give me the dates of both calls?", "en", "when"),
        ("kok bisa sih peretas masuk ke sistem pajak?", "id", "open"),
        ("Setinggi apa abunya di atas puncak?", "id", "number"),
        ("What sum did he take as a bribe?", "en", "number"),
        ("in which of their two calls did they talk about Korea?", "en", "when"),
        ("Was Korea discussed in the first or the second call?", "en", "when"),
        ("Was Korea discussed in the first phone call or in the second one?", "en", "when"),
        ("Korea dibahas di telepon yang mana?", "id", "when"),
        ("Masalah Korea dibahas di telepon yang pertama atau yang kedua?", "id", "when"),
    ],
)
def test_language_and_kind_are_told_from_the_words(text, language, kind):
    question = understand(text)
    assert (question.language, question.kind) == (language, kind)


@pytest.mark.parametrize("text", ["", "   ", "?!", "\n\t"])
def test_an_empty_question_is_refused(text):
    with pytest.raises(QuestionError, match="empty"):
        understand(text)


def test_a_pasted_article_is_refused():
    with pytest.raises(QuestionError, match=f"at most {LONGEST:,}"):
        understand("why " * 5000)


def test_half_a_character_is_none():
    assert understand("who said Caf\udce9?").text == "who said Caf??"


def test_what_an_asker_says_of_himself_is_no_question():
    asked = "Which American service warned the Russians? A colleague and I remember it differently."
    assert understand(asked).text == "Which American service warned the Russians?"


def test_control_tokens_of_the_model_are_broken_up():
    assert "<|" not in understand("who <|im_end|> said it?").text


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Wie is de directeur van de rederij?", "who"),
        ("Wie viele Objekte wurden übergeben?", "number"),
        ("Warum bleibt die Trommel vorerst in Bremen?", "open"),
        ("Was sagte der Direktor dazu?", "open"),
        ("uit welke stad komt het stel?", "where"),
        ("¿Dónde estaba la meta de la media maratón?", "where"),
        ("¿Cuántos corredores participaron?", "number"),
        ("Quand a-t-il été condamné ?", "when"),
        ("Chi ha vinto la gara?", "who"),
        ("Quem ganhou a prova?", "who"),
        ("Кто выступил против повышения ставки?", "who"),
        ("Bilakah jambatan gantung itu runtuh?", "when"),
        ("大桥什么时候关闭？", "when"),
        ("橋はどこにありますか", "where"),
        ("Did Wie win?", "yesno"),
        ("What did Que say in Quito?", "open"),
    ],
)
def test_what_other_languages_ask_for_is_told_by_their_question_words(question, kind):
    assert understand(question).kind == kind


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("siapa sih Li Yonghui itu?", "Apa jabatan Li Yonghui?"),
        ("Who is Galuzin?", "What is Galuzin's job or title?"),
        ("Siapa presiden Rusia?", "Siapa presiden Rusia?"),
        ("Who is the head of the FSB?", "Who is the head of the FSB?"),
        ("Who was arrested?", "Who was arrested?"),
        ("Hari apa Putin menelepon Trump?", "tanggal berapa Putin menelepon Trump?"),
    ],
)
def test_the_model_is_asked_what_it_can_answer(question, asked):
    assert for_reading(question) == asked


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("did putin and trump discuss the middle east when they spoke?", "yesno"),
        ("Was it the CIA or the FBI that helped Russia?", "open"),
        ("Trump percaya sama jaminan Putin soal pemilu?", "yesno"),
        ("The pair picked up on 27 December: were they American citizens?", "yesno"),
        ("and in 2019?", "open"),
        ("siapa dan kapan?", "who"),
        ("What satellite was used when Sky was launched?", "open"),
        ("Apa nama kota di mana Putin lahir?", "open"),
        ("In what year did they meet?", "when"),
        ("Pada abad keberapakah kota itu didirikan?", "number"),
        ("Apa benar Putin menelepon Trump?", "yesno"),
        ("Apakah pengertian dari konvergensi?", "open"),
        ("apakah kedua presiden itu sepakat?", "yesno"),
        ("Apakah serangan itu gagal?", "yesno"),
        ("Will Putin visit Washington?", "yesno"),
        ("When he was invited, had Trump already been to Russia?", "yesno"),
        ("Setelah Trump dilantik, siapa yang menelepon?", "who"),
        ("When Putin called, on what day was it?", "when"),
        ("What was the metro's very first opening date?", "when"),
        ("What happened on that date?", "open"),
        ("Can you tell me when Putin thanked Trump?", "when"),
        ("Could you say who called?", "who"),
        ("apakah Trump tahu siapa yang menelepon?", "who"),
        ("apa Trump udah pernah ke Rusia sebagai presiden?", "yesno"),
        ("apa yang sudah disita polisi?", "open"),
        ("Sampai akhir 2019, apakah Trump sudah pernah ke Rusia?", "yesno"),
        ("Di Rusia apakah Trump pernah berpidato?", "yesno"),
        ("Di perusahaan apakah Rusdy bekerja?", "open"),
        ("apa bener Putin ngaku soal itu?", "yesno"),
        ("Apa Li Yonghui memperkirakan hubungan itu putus?", "yesno"),
        ("Apa yang diperkirakan Li Yonghui?", "open"),
        ("Could the ambassador already say what shape it takes?", "yesno"),
        ("Mengatur tentang apakah peraturan baru itu?", "open"),
        ("Pada tahun apakah jembatan itu dibuka?", "when"),
        ("isu nuklir ikut dibahas ga di telepon itu?", "yesno"),
        ("dia ditangkap nggak sih", "yesno"),
        ("Moskow ikut campur ga?", "yesno"),
        ("kenapa dia ga datang", "open"),
        ("Diapakan sisa koleksi museum itu?", "open"),
        ("kalo ada info ancaman teroris, Putin janji ngapain?", "open"),
        ("jam berapa Putin menelepon Trump?", "when"),
        ("knp Rusia jadi target ISIS", "open"),
    ],
)
def test_the_first_question_word_tells_the_kind_and_none_asks_whether(question, kind):
    assert kind_of(question) == kind


@pytest.mark.parametrize(
    ("question", "may"),
    [
        ("Apakah bahasa resmi di Papua?", True),
        ("Apakah bandara di Siau ditutup setelah erupsi?", False),
        ("Apakah warna pasir yang terbentang di pantai itu?", True),
        ("Host country of the G20 summit?", True),
        ("Isu nuklir ikut dibahas ga di telepon itu?", False),
        ("Katedral itu satu-satunya target mereka ya?", False),
        ("apa Trump udah pernah ke Rusia?", False),
        ("Sampai akhir 2019, apakah Trump sudah pernah ke Rusia?", False),
        ("Apakah ada uang Uni Eropa di proyek rel itu?", False),
    ],
)
def test_what_seems_to_ask_whether_may_ask_what(question, may):
    assert may_ask_what(question) is may


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Which agency tipped Russia off? Do the articles agree?", "Which agency tipped Russia off?"),
        ("Telepon itu soal apa? Apakah semua artikel sepakat?", "Telepon itu soal apa?"),
        ("Do the articles agree?", "Do the articles agree?"),
    ],
)
def test_whether_the_articles_agree_is_told_by_setting_them_side_by_side(question, asked):
    assert understand(question).text == asked


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("How long did they talk in late Janurary 2017?", "How long did they talk in late January 2017?"),
        ("pertemuan bulan desmber kapan?", "pertemuan bulan desember kapan?"),
        ("Who won at Augusta National in August?", "Who won at Augusta National in August?"),
    ],
)
def test_a_misspelt_month_is_written_right(typed, read):
    assert understand(typed).text == read


@pytest.mark.parametrize(
    ("question", "foreign"),
    [
        ("Bis wann gilt in Bantul der Ausnahmezustand?", True),
        ("Hat der Kapitän der untergegangenen Fähre überlebt?", True),
        ("Qui est à la tête de l'association en Zambie ?", True),
        ("what was the Zeitung's name?", False),
        ("direktur CIA", False),
    ],
)
def test_a_question_in_a_language_whose_names_can_not_be_told_is_known_for_one(question, foreign):
    assert is_foreign(question) == foreign
