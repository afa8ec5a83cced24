"""Names of people and places that many bear here: a paper names relatives, neighbours and doctors of other houses that
no record knows. Without those that are words of medicine or of everyday speech. Pure."""

from .spelling import is_devanagari, sounds

_FAMILY = """
Acharya Adhikari Aryal Awasthi Bajgain Bajracharya Bajrachary Baral Basnet Basnyat Bhandari Bhatta Bhattarai Bhujel
Bishwakarma Biswokarma Bogati Budhathoki Burathoki Chalise Chapagain Chaudhary Chaudhari Chhetri Chhettri Dahal Dangol
Darji Devkota Dhakal Dhami Dhungana Dhungel Dulal Gautam Gautham Ghale Ghimire Ghising Giri Gurung Gyawali Hamal
Humagain Jha Joshi Kafle Kandel Kansakar Karki Karmacharya Kathayat Kattel Khadka Khanal Khatiwada Khatri Khatun Koirala
Kunwar Lama Lamichhane Lamsal Limbu Lohani Luitel Magar Maharjan Mahat Mahato Mainali Malakar Malla Manandhar Mandal
Marasini Maskey Mishra Misra Mukhiya Nakarmi Neupane Niroula Ojha Oli Pandey Pandeya Pant Panta Pariyar Pathak Paudel
Poudel Paudyal Poudyal Pokharel Pokhrel Pradhan Prajapati Pudasaini Pyakurel Rajbanshi Rana Rasaili Rawal Regmi Rijal
Rimal Rokaya Sapkota Satyal Saud Shah Shahi Shakya Sharma Sherchan Sherpa Shrestha Sigdel Silwal Simkhada Singh Sitaula
Subedi Sunuwar Tamang Tamrakar Thakur Thakuri Thapa Tharu Timalsina Timilsina Tiwari Tripathi Tuladhar Upadhyay
Upadhyaya Upreti Wagle Yadav Yonjan Agarwal Agrawal Banerjee Chatterjee Chopra Dubey Gupta Iyer Jain Kapoor Kaur
Khan Kumar Mehta Mukherjee Nair Patel Reddy Saxena Shukla Srivastava Trivedi Varma Verma Ansari Ahmad Ahmed Begum
Hussain Mohammad Muhammad Miya
"""
_GIVEN = """
Aarati Aarav Abhishek Aditya Ajay Akash Alisha Amit Amrita Anil Anish Anita Anjali Anjana Anup Anuradha Apsara Arjun
Arun Asmita Ashok Bahadur Bhagawati Bharat Bhawana Bibek Bijay Bikash Bikram Bimal Bimala Binita Binod Bishal Bishnu
Chandra Chhiring Chiranjibi Dawa Deepa Deepak Dilip Dinesh Dipak Dipika Dolma Durga Ganesh Gita Gopal Govinda Gyan Hari
Indira Ishwor Jagat Jamuna Janaki Kabita Kalpana Kamal Kamala Kanchha Kanchhi Keshab Keshav Kishor Krishna Kumari Laxmi
Lakpa Lalita Madan Madhav Mahesh Maiya Manisha Manju Manoj Meena Mingma Mohan Mukesh Nabin Narayan Naresh Niraj Nirmala
Padam Parbati Pasang Pemba Phurba Prabin Pradip Pramila Prasad Pratap Pratima Puja Puspa Rabin Rabindra Radha Rajan
Rajendra Rajesh Rajkumar Rajkumari Raju Ram Ramesh Ranjit Ratna Renuka Rita Roshan Roshani Rupesh Sabin Sabina Sabita
Sagar Samjhana Sandhya Sangita Sanjay Sanjeev Sanju Sarita Sarmila Saraswati Saroj Shanta Shova Shyam Sita Srijana
Subash Sudip Sujan Sujata Suman Sumitra Sunil Sunita Suraj Surendra Suresh Surya Sushila Sushma Tashi Tenzin Tulasi
Umesh Urmila Usha Yogesh
"""
_PLACES = """
Kathmandu Kantipur Lalitpur Bhaktapur Patan Pokhara Biratnagar Birgunj Bharatpur Butwal Dharan Janakpur Hetauda
Nepalgunj Dhangadhi Itahari Ghorahi Tulsipur Birtamod Damak Mechinagar Siddharthanagar Bhairahawa Kirtipur Tokha
Budhanilkantha Banepa Dhulikhel Panauti Baglung Gorkha Tansen Surkhet Birendranagar Mahendranagar Lahan Rajbiraj Inaruwa
Achham Arghakhanchi Baitadi Bajhang Bajura Bardiya Bhojpur Chitwan Dadeldhura Dailekh Darchula Dhading Dhankuta Dhanusha
Dolakha Gulmi Humla Jajarkot Jhapa Jumla Kailali Kalikot Kanchanpur Kapilvastu Kaski Kavrepalanchok Kavre Khotang
Lamjung Mahottari Makwanpur Manang Morang Myagdi Nawalparasi Nuwakot Okhaldhunga Palpa Panchthar Pyuthan Ramechhap
Rasuwa Rautahat Rupandehi Salyan Sankhuwasabha Saptari Sarlahi Sindhuli Sindhupalchok Siraha Solukhumbu Sunsari Syangja
Tanahun Taplejung Tehrathum Udayapur Baneshwor Koteshwor Kalanki Balaju Maharajgunj Chabahil Boudha Thamel Lazimpat
Pulchowk Jawalakhel Kupondole Sanepa Satdobato Kusunti Gwarko Imadol Chakupat Mangalbazar Patandhoka Naxal Baluwatar
Dillibazar Maitidevi Gaushala Sinamangal Tinkune Kalimati Teku Swayambhu Samakhusi Gongabu Basundhara Thapathali
Tripureshwor Lagankhel Bagbazar Putalisadak Kamaladi Anamnagar Bhaisepati Nakhu Thimi Suryabinayak
"""

_FAMILY_NE = """
आचार्य अधिकारी अर्याल बज्राचार्य बराल बस्नेत भण्डारी भट्ट भट्टराई विश्वकर्मा बोगटी बुढाथोकी चापागाईं चौधरी क्षेत्री छेत्री दाहाल डंगोल
देवकोटा
ढकाल ढुङ्गाना ढुंगाना दुलाल गौतम घिमिरे गिरी गुरुङ ज्ञवाली हमाल झा जोशी काफ्ले कँडेल कंडेल कार्की खड्का खनाल खतिवडा खत्री कोइराला
कुँवर कुंवर लामा लामिछाने लम्साल लिम्बु लिम्बू मगर महर्जन महतो मैनाली मानन्धर मण्डल मास्के मिश्र न्यौपाने निरौला ओझा ओली पाण्डे पाण्डेय
पन्त परियार पौडेल पौड्याल पोखरेल प्रधान प्रजापति राजवंशी राणा रावल रेग्मी रिजाल रिमाल सापकोटा शाक्य शर्मा शेर्पा श्रेष्ठ सिग्देल सिलवाल
सिंह सिटौला सुवेदी सुनुवार तामाङ ताम्राकार ठाकुर ठकुरी थापा थारू थारु तिमल्सिना तिवारी त्रिपाठी तुलाधर उपाध्याय उप्रेती वाग्ले यादव गुप्ता
"""
_GIVEN_NE = """
अनिल अनिता अञ्जली अर्जुन अशोक बहादुर भरत भीम विकास विनोद विष्णु चन्द्र दीपक देवी धन दिनेश दुर्गा गणेश गीता गोपाल गोविन्द हरि इन्दिरा
ईश्वर कमल कमला केशव किशोर कृष्ण कुमार कुमारी लक्ष्मी महेश माया मीना मोहन मुकेश नवीन नारायण निर्मला पदम पार्वती प्रकाश प्रसाद प्रेम
राधा राज राजन राजेन्द्र राजेश राजु राम रमेश रवि रीता सविता सागर सञ्जय सन्तोष सरस्वती सरिता शान्ति शिव श्याम सीता सुनील सुनिता
सुरेश सुशीला तारा तुलसी उमा उमेश
"""
_PLACES_NE = """
काठमाडौं काठमाण्डौ काठमाडौ ललितपुर भक्तपुर पाटन पोखरा विराटनगर वीरगञ्ज वीरगन्ज भरतपुर बुटवल धरान जनकपुर हेटौंडा हेटौँडा नेपालगञ्ज
धनगढी इटहरी घोराही तुल्सीपुर दमक कीर्तिपुर बनेपा धुलिखेल गोरखा सुर्खेत महेन्द्रनगर चितवन झापा मोरङ सुनसरी सप्तरी सिराहा कास्की
काभ्रे नुवाकोट धादिङ सिन्धुपाल्चोक रूपन्देही कपिलवस्तु बाँके बर्दिया कैलाली कञ्चनपुर बानेश्वर कोटेश्वर कलंकी बालाजु महाराजगञ्ज बौद्ध ठमेल
लाजिम्पाट पुल्चोक जावलाखेल
"""


def _by_sound(names: str) -> frozenset[str]:
    """Within one script only: over both, Thapa would be थप (further) and Khan खाना (food)."""
    every = (sound for name in names.split() for sound in sounds(name, of_a_name=True))
    return frozenset(sound for sound in every if not sound.startswith("across "))


_FAMILIES, _SITES = _by_sound(_FAMILY + _FAMILY_NE), _by_sound(_PLACES + _PLACES_NE)
_ALONE, _BESIDE = (
    _by_sound(_FAMILY + _FAMILY_NE + _GIVEN),
    _by_sound(_FAMILY + _FAMILY_NE + _GIVEN + _GIVEN_NE),
)


def is_family(word: str) -> bool:
    return _is_written_so(word, 5) and bool(sounds(word) & _FAMILIES)


def is_common(word: str) -> bool:
    """A name that many bear. In Devanagari given names are words too (life, light, hope): families' only."""
    return _is_written_so(word, 99) and bool(sounds(word) & _ALONE)


def is_given(word: str) -> bool:
    """Beside the name of a family, also small and in Devanagari."""
    return len(word) > 2 and bool(sounds(word) & _BESIDE)


def is_place(word: str) -> bool:
    return word.casefold() == "ktm" or (len(word) > 3 and bool(sounds(word) & _SITES))


def _is_written_so(word: str, small_from: int) -> bool:
    """As names are, or long enough to be one in small letters."""
    return len(word) > 2 and (is_devanagari(word) or word[0].isupper() or len(word) >= small_from)
